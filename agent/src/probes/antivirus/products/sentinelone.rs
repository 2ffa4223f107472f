//! What `sentinelctl control status` says. That its cloud is reached says nothing of how new its signatures are.

use caretaker_shared::model::{AntivirusProduct, Engine, RealTime};

use super::after;

pub(super) fn read(text: &str, row: &mut AntivirusProduct) -> Result<(), &'static str> {
    let state = after(text, "Agent state").ok_or("it does not tell the state of its agent")?;
    (row.engine, row.real_time) = match state.to_lowercase().as_str() {
        "enabled" => (Engine::Running, RealTime::Blocking),
        "disabled" => (Engine::Stopped, RealTime::Off),
        _ => (Engine::Unknown, RealTime::Unknown),
    };
    row.evidence.push(format!("sentinelctl control status: Agent state = {state}"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_of_the_agent_decides_and_the_cloud_does_not() {
        let text = include_str!("../testdata/linux-sentinelone-24-control-status");
        for (word, expected) in [("Enabled", RealTime::Blocking), ("Disabled", RealTime::Off), ("?", RealTime::Unknown)]
        {
            let mut row = AntivirusProduct::default();
            read(&text.replace("Enabled", word), &mut row).expect("an answer");
            assert_eq!((row.real_time, row.claims_up_to_date, row.signatures_built_at), (expected, None, None));
        }
        assert!(read("Connectivity: On", &mut AntivirusProduct::default()).is_err());
    }
}
