//! What enter opens.

use caretaker_proto::console::v1::GetDashboardResponse;

use super::{Screen, Spot};
use crate::dashboard::app::{App, Effect};
use crate::dashboard::holders::Holders;
use crate::dashboard::list::List;
use crate::dashboard::page::{Page, Sheet};
use crate::dashboard::screen::{Alerts, Devices, Licences, Software};

/// Said to whose role sees counts alone.
const NOT_WHICH: &str = "Your role may see how many, not which: single devices are not shown.";

/// A screen, or why there is none.
type Next = Result<Option<Screen>, String>;

impl App {
    /// Opens what is behind the cursor, or says why it does not open.
    pub(super) fn enter(&mut self) -> Vec<Effect> {
        match self.behind() {
            Ok(next) => next.map(|screen| self.open(screen)).unwrap_or_default(),
            Err(why) => {
                self.note = Some(why);
                Vec::new()
            }
        }
    }

    fn behind(&self) -> Next {
        match self.screen() {
            Screen::Front(front) => front.held.get().map_or(Ok(None), |page| self.behind_spot(&front.on, page)),
            Screen::Devices(list) => Ok(list.list.chosen().map(|device| card(&device.id, &device.name))),
            Screen::Software(_) => Ok(None),
            Screen::Alerts(list) => Ok(list
                .list
                .chosen()
                .map(|alert| page(Sheet::Alert { reference: alert.reference.clone(), held: Default::default() }))),
            Screen::Licences(list) => Ok(list.list.chosen().zip(list.audit.as_ref()).map(|(title, audit)| {
                let (slug, name) = (title.slug.clone(), title.name.clone());
                page(Sheet::Title { audit: audit.id, slug, name, held: Default::default() })
            })),
            Screen::Holders(list) => Ok(list.list.chosen().map(|device| card(&device.id, &device.name))),
            Screen::Page(page) => self.behind_page(&page.sheet),
        }
    }

    fn behind_spot(&self, on: &Spot, page_of: &GetDashboardResponse) -> Next {
        Ok(Some(match on {
            Spot::Number(_) if !page_of.may_list => return Err(NOT_WHICH.into()),
            Spot::Number(number) => {
                Screen::Devices(Devices { number: number.clone(), list: List::default(), left_out: 0 })
            }
            Spot::Alerts => self.alerts(),
            // What the front page said is shown at once, with the time at which it said so.
            Spot::Mail => {
                let mut mail = Page::new(Sheet::Mail { held: Default::default() });
                if let (Some(Screen::Front(front)), Some(health)) = (self.screens.first(), &page_of.mail)
                    && let (Some(at), Sheet::Mail { held }) = (front.held.at(), &mut mail.sheet)
                {
                    held.put(Box::new(health.clone()), at);
                }
                Screen::Page(Box::new(mail))
            }
            Spot::Licences if page_of.licences.as_ref().is_none_or(|one| one.audited_at.is_empty()) => {
                return Err("No licence audit was made yet. Now:  caretaker-collector audit run".into());
            }
            Spot::Licences => Screen::Licences(Licences::default()),
            Spot::Log => page(Sheet::Log { held: Default::default() }),
        }))
    }

    fn behind_page(&self, sheet: &Sheet) -> Next {
        let front = self.front();
        match sheet {
            Sheet::Device { id, .. } => Ok(Some(Screen::Software(Software { id: id.clone(), list: List::default() }))),
            Sheet::Title { .. } if front.is_some_and(|page| !page.may_list) => Err(NOT_WHICH.into()),
            Sheet::Title { audit, held, .. } => {
                let Some(title) = held.get().and_then(|audit| audit.titles.first()) else { return Ok(None) };
                let holders = Holders::of(*audit, title.clone());
                holders.map(|holders| Some(Screen::Holders(Box::new(holders)))).ok_or("No device has it.".into())
            }
            Sheet::Mail { .. } if front.is_some_and(|page| page.alerts.is_none()) => {
                Err("Your role may see whether mail arrives, not which alerts it is about.".into())
            }
            Sheet::Mail { .. } => Ok(Some(self.alerts())),
            Sheet::Alert { .. } | Sheet::Log { .. } => Ok(None),
        }
    }

    fn alerts(&self) -> Screen {
        Screen::Alerts(Alerts { site: self.scope.site.clone(), list: List::default() })
    }
}

fn page(sheet: Sheet) -> Screen {
    Screen::Page(Box::new(Page::new(sheet)))
}

fn card(id: &str, name: &str) -> Screen {
    Screen::Page(Box::new(Page::device(id, name)))
}
