//! Invented people: names with the letters of each language, places, addresses.

use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use selfsame_mrz::Sex;
use time::{Date, Duration, Month};

use crate::Language;

/// A person who does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// As printed, in mixed case.
    pub surname: String,
    /// As printed, in mixed case, one or more.
    pub given_names: String,
    /// Women and men for the most part, one in twenty of neither.
    pub sex: Sex,
    /// From 1945 to 2005.
    pub birth_date: Date,
    /// A town.
    pub birth_place: String,
    /// Street and number, then postal code and town.
    pub address: [String; 2],
    /// In centimetres, 150–198.
    pub height_cm: u16,
}

impl Person {
    pub(crate) fn random(language: Language, rng: &mut Xoshiro256PlusPlus) -> Self {
        let names = &NAMES[language as usize];
        let sex = match rng.random_range(0..20) {
            0 => Sex::Unspecified,
            1..=10 => Sex::Female,
            _ => Sex::Male,
        };
        let list = match sex {
            Sex::Male => names.men,
            _ => names.women,
        };
        let first = pick(rng, list);
        let given_names = match rng.random_range(0..10) {
            0..=4 => first.to_owned(),
            5..=8 => another(rng, list, first)
                .map_or_else(|| first.to_owned(), |second| format!("{first} {second}")),
            _ => another(rng, list, first)
                .map_or_else(|| first.to_owned(), |second| format!("{first}-{second}")),
        };
        let one = pick(rng, names.surnames);
        let surname =
            match rng.random_range(0..8) {
                0 => another(rng, names.surnames, one)
                    .map_or_else(|| one.to_owned(), |two| format!("{one}-{two}")),
                1 if matches!(language, Language::Es | Language::Pt) => another(rng, names.surnames, one)
                    .map_or_else(|| one.to_owned(), |two| format!("{one} {two}")),
                _ => one.to_owned(),
            };
        let birth_date = random_day(rng, 1945, 2005);
        let town = pick(rng, names.towns);
        let street = pick(rng, names.streets);
        let number = rng.random_range(1..180);
        let numbered = match language {
            Language::En | Language::Fr => format!("{number} {street}"),
            _ => format!("{street} {number}"),
        };
        let code = rng.random_range(10_000..99_999);
        Self {
            surname,
            given_names,
            sex,
            birth_date,
            birth_place: pick(rng, names.towns).to_owned(),
            address: [numbered, format!("{code} {town}")],
            height_cm: rng.random_range(150..199),
        }
    }
}

/// A day from the first of January of one year to the last of December of another.
pub(crate) fn random_day(rng: &mut Xoshiro256PlusPlus, from: i32, to: i32) -> Date {
    let Ok(first) = Date::from_calendar_date(from, Month::January, 1) else {
        unreachable!("a year of four digits")
    };
    first + Duration::days(rng.random_range(0..i64::from(to - from + 1) * 365))
}

pub(crate) fn pick(rng: &mut Xoshiro256PlusPlus, list: &[&'static str]) -> &'static str {
    list[rng.random_range(0..list.len())]
}

fn another(rng: &mut Xoshiro256PlusPlus, list: &[&'static str], than: &str) -> Option<&'static str> {
    Some(pick(rng, list)).filter(|other| *other != than)
}

struct Names {
    women: &'static [&'static str],
    men: &'static [&'static str],
    surnames: &'static [&'static str],
    towns: &'static [&'static str],
    streets: &'static [&'static str],
}

/// In the order of [`Language`]. Towns and streets are invented.
#[rustfmt::skip]
const NAMES: [Names; 14] = [
    Names { women: &["Anna", "Eleanor", "Zoë", "Maeve", "Grace", "Chloë"], men: &["Oliver", "Noel", "George", "Ciarán", "Hugh", "Isaac"], surnames: &["Eriksson", "O'Brien", "Fairweather", "Brontë", "MacAllister", "Quill", "Thistlewood", "Ashby"], towns: &["Zenith", "Amaurot", "Little Wending", "Port Clement"], streets: &["Harbour Street", "Mill Lane", "Orchard Road"] },
    Names { women: &["Jürgine", "Käthe", "Änne", "Sophie", "Mareike", "Heike"], men: &["Jürgen", "Günther", "Björn", "Matthäus", "Götz", "Ulrich"], surnames: &["Müller", "Weiß", "Größmann", "Schönfelder", "von der Aue", "Jäger", "Özdemir", "Krüger"], towns: &["Übersee am Moor", "Grünwalde", "Neustädtle", "Königsfurt"], streets: &["Bäckerstraße", "Am Mühlbach", "Hauptstraße"] },
    Names { women: &["Éléonore", "Françoise", "Zoé", "Maëlle", "Anaïs", "Hélène"], men: &["François", "Loïc", "Théo", "Gaël", "Jérôme", "Noël"], surnames: &["Lefèvre", "Dupré", "Garçon", "Cœurdevey", "Béranger", "Châtelain", "d'Aubigné", "Noël"], towns: &["Saint-Élie-sur-Lys", "Châtelbrun", "Montfaçon", "Évreuil"], streets: &["rue des Érables", "avenue du Château", "place de l'Église"] },
    Names { women: &["María", "Begoña", "Inés", "Lucía", "Nuria", "Íñiga"], men: &["José", "Íñigo", "Ángel", "Martín", "Raúl", "Joaquín"], surnames: &["Muñoz", "Peña", "Ibáñez", "Gutiérrez", "Núñez", "Echeverría", "García", "Güell"], towns: &["Villanueva del Añil", "Peñarrota", "Río Claro", "Almendrál"], streets: &["Calle del Olmo", "Avenida de los Ríos", "Plaza Mayor"] },
    Names { women: &["Giulia", "Desirée", "Rosalìa", "Chiara", "Beatrice", "Noemi"], men: &["Nicolò", "Ruggero", "Matteo", "Giosuè", "Andrea", "Mosè"], surnames: &["D'Amico", "Cantù", "Forlì", "Dell'Orto", "Bianchi", "Rossetti", "Nicolò", "Zuccà"], towns: &["Montebràn", "Castelforte", "Forlignano", "Cantùlo"], streets: &["Via dei Gelsi", "Piazza della Libertà", "Via Cantù"] },
    Names { women: &["Conceição", "Inês", "Tânia", "Luísa", "Beatriz", "Lígia"], men: &["João", "Simão", "António", "Sebastião", "Luís", "Estêvão"], surnames: &["Gonçalves", "Magalhães", "Araújo", "Simões", "Conceição", "Brandão", "Assunção", "Vidigal"], towns: &["Vila Açor", "São Brás da Serra", "Póvoa Lã", "Monção Nova"], streets: &["Rua da Fonte", "Avenida São João", "Travessa do Sol"] },
    Names { women: &["Anouk", "Noëlle", "Sanne", "Marijke", "Loïs", "Femke"], men: &["Daniël", "Joris", "Pieter", "Raphaël", "Sjoerd", "Wouter"], surnames: &["van der Berg", "de Groot", "IJsselstein", "Reünie", "van 't Hof", "Zeeman", "Daniëls", "Kuijper"], towns: &["Oud-IJsselmeer", "Noordwoude", "Coördendam", "Zuidhaven"], streets: &["Molenweg", "Kerkstraat", "Prinsengracht"] },
    Names { women: &["Małgorzata", "Żaneta", "Łucja", "Agnieszka", "Świętosława", "Elżbieta"], men: &["Łukasz", "Paweł", "Stanisław", "Wojciech", "Bożydar", "Józef"], surnames: &["Wąż", "Dąbrowska", "Żółć", "Śliwiński", "Kościelniak", "Łoś", "Gżegżółka", "Ćwikła"], towns: &["Łąkowo", "Nowa Świdnia", "Żabieniec Mały", "Górzęcin"], streets: &["ul. Różana", "ul. Żwirki", "ul. Świętojańska"] },
    Names { women: &["Åsa", "Malin", "Märta", "Ingegärd", "Linnéa", "Hjördis"], men: &["Åke", "Göran", "Björn", "Sören", "Håkan", "Mårten"], surnames: &["Åkesson", "Sjöberg", "Ångström", "Lindqvist", "Hägg", "Öberg", "Björkström", "Vallgård"], towns: &["Åmåsa", "Västerholm", "Östra Näs", "Mörkö"], streets: &["Björkvägen", "Storgatan", "Åsgatan"] },
    Names { women: &["Gülşen", "İpek", "Çiğdem", "Şule", "Özlem", "Ayşe"], men: &["Oğuz", "İsmail", "Çağlar", "Şükrü", "Ümit", "Görkem"], surnames: &["Yıldız", "Öztürk", "Çelik", "Şahin", "Kılıç", "Güneş", "Işık", "Ağaoğlu"], towns: &["Yeşilköprü", "Göksüğüt", "Çınarlı", "Işıklar"], streets: &["Çınar Sokak", "Gül Caddesi", "Işık Sokak"] },
    Names { women: &["Ştefania", "Ionela", "Ţuţa", "Mădălina", "Anişoara", "Sânziana"], men: &["Ştefan", "Ioniţă", "Răzvan", "Cătălin", "Mihăiţă", "Nicuşor"], surnames: &["Brânză", "Ţepeş", "Ştefănescu", "Măgureanu", "Pârvu", "Crăciun", "Niţă", "Sălăjan"], towns: &["Valea Ţapului", "Băneştii Noi", "Sânmartin", "Câmpuleţ"], streets: &["Str. Şcolii", "Str. Mărului", "Calea Brânzei"] },
    Names { women: &["Božena", "Jiřina", "Zdeňka", "Květoslava", "Šárka", "Anežka"], men: &["Jiří", "Ondřej", "Přemysl", "Vojtěch", "Zdeněk", "Řehoř"], surnames: &["Dvořák", "Černý", "Růžička", "Ščerba", "Novotný", "Příhoda", "Kříž", "Žďárský"], towns: &["Horní Březina", "Žlutá Lhota", "Křížov", "Nové Údolí"], streets: &["Dlouhá", "U Řeky", "Nádražní"] },
    Names { women: &["Søs", "Åse", "Kirstine", "Bodil", "Jytte", "Mærete"], men: &["Søren", "Jørgen", "Åge", "Bjørn", "Asbjørn", "Mads"], surnames: &["Sørensen", "Kjær", "Østergård", "Nørgaard", "Bæk", "Aagaard", "Højlund", "Møller"], towns: &["Nørre Åby", "Æbelholm", "Sønderskov", "Ørnehøj"], streets: &["Æblevej", "Skolegade", "Østergade"] },
    Names { women: &["Zsófia", "Erzsébet", "Ágnes", "Tünde", "Ildikó", "Piroska"], men: &["Győző", "Ákos", "László", "Ödön", "István", "Lőrinc"], surnames: &["Szűcs", "Kővári", "Győrffy", "Tóth", "Hegedűs", "Fűzfa", "Németh", "Őrsi"], towns: &["Felsőszék", "Kőhalom", "Újmező", "Fűzliget"], streets: &["Petőfalvi út", "Fő utca", "Szőlő utca"] },
];
