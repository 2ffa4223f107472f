//! Tables in, licences out: good ones and broken ones.

use jiff::civil::date;

use super::sheet::read;
use super::{CellError, ImportedRow, find_columns, licences};
use crate::licences::{Metric, Pence, Term};

fn rows(table: &str) -> Result<Vec<ImportedRow>, Vec<CellError>> {
    let sheet = read(table.as_bytes(), None).expect("a table");
    let mapping = find_columns(&sheet, &[]).expect("a mapping");
    licences(&sheet, &mapping)
}

/// "row 3, 'Qty': what is wrong".
fn wrong(table: &str) -> Vec<String> {
    let errors = rows(table).expect_err("it is broken");
    errors.iter().map(|error| format!("row {}, '{}': {}", error.row, error.column, error.problem)).collect()
}

#[test]
fn a_table_as_a_business_manager_keeps_it() {
    let table = "Software register,,,,,,\n\n\
                 Product,Licence type,Qty,Expiry,Total cost,PO number,School\n\
                 SIMS .net,Site licence,,31/07/2027,\"£4,200.00\",PO 1,North\n\
                 \"Sibelius\nUltimate\",\"per device, perpetual\",15,,£119,PO 2,\n\
                 Product,Licence type,Qty,Expiry,Total cost,PO number,School\n\
                 ,,,,,,\n\
                 Adobe CC,named user,30,n/a,1208,,\n";
    let rows = rows(table).expect("licences");
    assert_eq!(rows.iter().map(|row| row.row).collect::<Vec<_>>(), [4, 5, 8]);
    let [sims, sibelius, adobe] = [0, 1, 2].map(|at| rows[at].licence.clone());
    assert_eq!((sims.metric, sims.term, sims.quantity), (Metric::Site, Term::Subscription, 0));
    assert_eq!((sims.ends_on, sims.cost), (Some(date(2027, 7, 31)), Some(Pence(420_000))));
    assert_eq!((sims.scope.site.as_deref(), sims.order_ref.as_str()), (Some("North"), "PO 1"));
    assert_eq!(
        (sibelius.title.as_str(), sibelius.metric, sibelius.quantity),
        ("Sibelius Ultimate", Metric::Device, 15)
    );
    assert_eq!((adobe.metric, adobe.term, adobe.ends_on), (Metric::User, Term::Perpetual, None));
}

#[test]
fn the_price_of_one_is_multiplied() {
    let licence = |table: &str| rows(table).expect("licences")[0].licence.cost;
    assert_eq!(licence("Title,Qty,Unit price\nx,30,£1.50\n"), Some(Pence(4_500)));
    assert_eq!(
        licence("Title,Qty,Unit price,Total cost\nx,30,£1.50,£40\n"),
        Some(Pence(4_000)),
        "what was paid counts"
    );
}

#[test]
fn every_wrong_cell_is_named() {
    let cases: [(&str, &[&str]); 12] = [
        ("Title,Qty\nx,thirty\n", &["row 2, 'Qty': \"thirty\" is no whole number"]),
        ("Title,Qty\nx,=SUM(A1)\n", &["row 2, 'Qty': is a formula"]),
        ("Title,Qty\n,30\n", &["row 2, 'Title': the product is missing"]),
        ("Title,End\nx,12/31/2026\n", &["row 2, 'End': \"12/31/2026\" is no day"]),
        ("Title,Cost\nx,$5\n", &["row 2, 'Cost': \"$5\" is not in pounds"]),
        ("Title,Type\nx,purple\n", &["row 2, 'Type': \"purple\" is no kind of licence"]),
        ("Title,Type\nx,per device\n", &["row 2, 'quantity': quantity is missing of a licence per device"]),
        ("Title,Type,Qty\nx,site,30\n", &["row 2, 'Qty': quantity does not go with a licence for a site"]),
        ("Title,Type,Site\nx,trust,North\n", &["row 2, 'Site': site does not go with a licence for the whole trust"]),
        ("Title,From,To\nx,2027-01-01,2026-01-01\n", &["row 2, 'To': end 2026-01-01 lies before its start 2027-01-01"]),
        (
            "Title,Qty,End,Notice\nx,1,2026-01-01,2026-02-01\n",
            &["row 2, 'Notice': notice 2026-02-01 lies after the end 2026-01-01"],
        ),
        (
            "Title,Qty,Cost\nx,one,two\n\ny,-1,\n",
            &[
                "row 2, 'Qty': \"one\" is no whole number",
                "row 2, 'Cost': \"two\" is no amount",
                "row 4, 'Qty': \"-1\" is no whole number",
            ],
        ),
    ];
    for (table, told) in cases {
        let mut found = wrong(table);
        let mut told: Vec<String> = told.iter().map(|&line| line.to_owned()).collect();
        found.sort();
        told.sort();
        assert_eq!(found, told, "{table}");
    }
}
