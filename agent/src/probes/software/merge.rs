//! Tells what stands in a list twice from what is there twice.

use super::uninstall::Entry;

/// Makes one of a title that both Windows Installer and the title's own set-up program list, as Office does: the same
/// name and version, once with a product code and once without. The one that people see stays, with both ids.
pub(super) fn bootstrapped(entries: Vec<Entry>) -> Vec<Entry> {
    let mut merged: Vec<Entry> = Vec::with_capacity(entries.len());
    let (products, others): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(|entry| entry.msi);
    for product in products {
        // A machine may hold two editions of one name and version: two products are never one.
        merged.push(product);
    }
    for other in others {
        let same = |product: &&mut Entry| {
            product.msi && !other.version.is_empty() && product.name == other.name && product.version == other.version
        };
        match merged.iter_mut().find(same) {
            Some(product) => *product = both(product, &other),
            None => merged.push(other),
        }
    }
    merged
}

fn both(product: &Entry, other: &Entry) -> Entry {
    let kind = if product.kind() <= other.kind() { product } else { other }.kind.clone();
    let filled = |one: &str, another: &str| if one.is_empty() { another.to_owned() } else { one.to_owned() };
    Entry {
        id: format!("{} {}", product.id, other.id),
        kind,
        publisher: filled(&product.publisher, &other.publisher),
        origin: filled(&product.origin, &other.origin),
        location: filled(&product.location, &other.location),
        size_bytes: product.size_bytes.or(other.size_bytes),
        // Two set-up programs for one product would be two titles.
        msi: false,
        ..product.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, bootstrapped};

    fn entry(name: &str, id: &str, msi: bool, kind: &str) -> Entry {
        let name = name.to_owned();
        Entry { name, version: "15.0".into(), id: id.into(), kind: kind.into(), msi, ..Entry::default() }
    }

    #[test]
    fn a_product_and_its_set_up_program_are_one_title_with_two_ids() {
        let merged = bootstrapped(vec![
            entry("Office", "Office15.STANDARD", false, "title"),
            entry("Office", "{90150000-0012-0000-0000-0000000FF1CE}", true, "component"),
            entry("Slate", "Slate", false, "title"),
        ]);
        let told: Vec<(&str, &str)> = merged.iter().map(|entry| (entry.id.as_str(), entry.kind.as_str())).collect();
        assert_eq!(
            told,
            [("{90150000-0012-0000-0000-0000000FF1CE} Office15.STANDARD", "title"), ("Slate", "title")],
            "what people see is a title, even where its product is hidden"
        );
    }

    #[test]
    fn two_products_or_two_programs_of_one_name_stay_two() {
        for msi in [true, false] {
            let merged = bootstrapped(vec![entry("Slate", "one", msi, "title"), entry("Slate", "two", msi, "title")]);
            assert_eq!(merged.len(), 2);
        }
        let other = Entry { version: "16.0".into(), ..entry("Slate", "two", false, "title") };
        assert_eq!(bootstrapped(vec![entry("Slate", "one", true, "title"), other]).len(), 2);
    }
}
