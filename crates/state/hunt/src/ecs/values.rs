//! A test of a field as a test of the OCSF values of one row.

mod exact;
mod partial;

use aurora_ocsf::ecs::{Giver, Part, Transform};

use super::activity;
use super::atoms::{has, is_number, like, of_class, of_classes, test as direct};
use super::bounds::{Bounds, all, any, never, not};
use super::guard::longitude;
use crate::{Filter, Test};

/// Where the row holds: whether it gives a value that passes.
pub(super) fn bounds(giver: &Giver, test: &Test) -> Bounds {
    let path = giver.row.ocsf;
    match giver.part {
        Part::Value => value(giver, test),
        Part::Copied | Part::OtherResource | Part::OtherClient | Part::Latitude => same(path, test),
        Part::Longitude => same(&longitude(path), test),
        Part::FormerName => same(giver.row.ecs, test),
        Part::Effective => Bounds::within(direct("user.name", test.clone())),
        Part::Presence => when(test.holds(&["true"]), has(path)),
        Part::TlsProtocol => {
            let ssl = like(path, "ssl*");
            Bounds::exact(any(vec![
                only(test.holds(&["ssl"]), ssl.clone()),
                only(test.holds(&["tls"]), all(vec![has(path), not(ssl)])),
            ]))
        }
        Part::OfKind(_) | Part::ImportHash | Part::Indicator | Part::OtherHost => {
            Bounds::within(direct(path, test.clone()))
        }
        Part::Arguments | Part::PipeName => Bounds::within(has(path)),
    }
}

fn value(giver: &Giver, test: &Test) -> Bounds {
    use Transform as T;
    let path = giver.row.ocsf;
    match giver.row.transform {
        T::Copy
        | T::All
        | T::List
        | T::Preferred
        | T::Fallback(_)
        | T::AlsoTo(_)
        | T::FromSensor
        | T::WhenFailed
        | T::Text
        | T::Lower
        | T::Upper
        | T::Address
        | T::CommandLine
        | T::Records
        | T::Renamed
        | T::Ancestor
        | T::RunAs
        | T::ApiClient
        | T::Kubernetes => same(path, test),
        T::Snake => exact::spelled(path, test, '_', &[' ']),
        T::Kebab => exact::spelled(path, test, '-', &[' ', ':']),
        T::Mac | T::MacList => exact::spelled(path, test, '-', &[':']),
        T::Timestamp | T::Nanoseconds | T::Offset | T::Hex => {
            exact::number(giver.row.transform, path, test)
        }
        T::Outcome => exact::caption(giver.row.transform, path, test, &[1, 2], true),
        T::Direction => exact::caption(giver.row.transform, path, test, &[1, 2, 3], false),
        T::IpVersion => exact::caption(giver.row.transform, path, test, &[4, 6], false),
        T::DnsType => exact::caption(giver.row.transform, path, test, &[1, 2], false),
        T::Signature => exact::caption(giver.row.transform, path, test, &[1], true),
        T::Disposition => Bounds::exact(any(vec![
            only(test.holds(&["allowed"]), is_number(path, 1)),
            only(test.holds(&["denied"]), one_of(path, &[2, 6, 25])),
        ])),
        T::Confidence => exact::confidence(path, test),
        T::ResponseCode | T::FileType => exact::renamed(giver.row.transform, path, test),
        T::HeaderFlags => partial::flags(giver.row.transform, path, test),
        T::Hive => partial::hive(path, test),
        T::RegisteredDomain => exact::two_labels(path, test),
        T::HttpStatus => exact::http_status(path, test),
        T::Addresses => partial::addresses(path, test),
        T::Query => partial::query(path, test),
        T::MimeType => partial::around(path, test, "*", "*"),
        T::WithoutHive | T::TlsVersion => partial::around(path, test, "*", ""),
        T::Extension => partial::extension(path, test),
        T::Directory => partial::directory(path, test),
        T::Dataset => partial::dataset(path, test),
        T::RegistryPath => partial::registry_path(path, test),
        T::Instance => Bounds::within(all(vec![
            direct(path, test.clone()),
            like("resources[].type", "*instance*"),
        ])),
        T::JsonText | T::FileAttributes | T::SharePath | T::NamedPipe => {
            partial::opaque(path, test)
        }
        T::Kind => Bounds::exact(kind(test)),
        T::Category => Bounds::exact(category(test)),
        T::EventType => Bounds::exact(activity::of_type(test)),
        T::Hashes | T::Related | T::Indicators | T::GeoPoint => {
            unreachable!("these rows give other fields than their own")
        }
    }
}

/// The value, unchanged but perhaps for its case, any of several where the path has several.
fn same(path: &str, test: &Test) -> Bounds {
    Bounds::exact(direct(path, test.clone()))
}

fn when(holds: bool, filter: Filter) -> Bounds {
    Bounds::exact(only(holds, filter))
}

fn only(holds: bool, filter: Filter) -> Filter {
    if holds { filter } else { never() }
}

fn one_of(path: &str, numbers: &[i64]) -> Filter {
    any(numbers.iter().map(|n| is_number(path, *n)).collect())
}

fn kind(test: &Test) -> Filter {
    let of = |name: &'static str| of_classes(move |uid| aurora_ocsf::ecs::kind(uid) == name);
    let (alert, state) = (of("alert"), of("state"));
    any(vec![
        only(test.holds(&["alert"]), alert.clone()),
        only(test.holds(&["state"]), state.clone()),
        only(test.holds(&["event"]), all(vec![not(alert), not(state)])),
    ])
}

fn category(test: &Test) -> Filter {
    any(vec![
        of_classes(|uid| test.holds(aurora_ocsf::ecs::category_of_class(uid))),
        only(
            test.holds(&["malware"]),
            all(vec![of_class(2004), has("malware[]")]),
        ),
        only(
            test.holds(&["web"]),
            all(vec![of_class(6003), has("http_request")]),
        ),
    ])
}
