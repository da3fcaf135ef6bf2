//! What documents say in each language: labels, titles, months, and the printed letter of the sex.

use serde::Serialize;

use crate::Field;

/// A language of labels. The discriminant is the column of the tables below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    En,
    /// German.
    De,
    /// French.
    Fr,
    /// Spanish.
    Es,
    /// Italian.
    It,
    /// Portuguese.
    Pt,
    /// Dutch.
    Nl,
    /// Polish.
    Pl,
    /// Swedish.
    Sv,
    /// Turkish.
    Tr,
    /// Romanian.
    Ro,
    /// Czech.
    Cs,
    /// Danish.
    Da,
    /// Hungarian.
    Hu,
}

/// One word per language, in the order of [`Language`].
type Words = [&'static str; 14];

impl Language {
    /// Every language.
    pub const ALL: &[Self] = &[
        Self::En,
        Self::De,
        Self::Fr,
        Self::Es,
        Self::It,
        Self::Pt,
        Self::Nl,
        Self::Pl,
        Self::Sv,
        Self::Tr,
        Self::Ro,
        Self::Cs,
        Self::Da,
        Self::Hu,
    ];

    /// The label that stands at a field. Empty for fields that have none.
    #[must_use]
    pub fn label(self, field: Field) -> &'static str {
        words(field)[self as usize]
    }

    /// A kind of document as its title says it.
    #[must_use]
    pub fn title(self, kind: crate::Kind) -> &'static str {
        use crate::Kind;
        let words = match kind {
            Kind::Passport => PASSPORT,
            Kind::IdentityCardTd1 | Kind::IdentityCardTd2 => IDENTITY_CARD,
            Kind::DrivingLicence => DRIVING_LICENCE,
            Kind::VisaA | Kind::VisaB => VISA,
        };
        words[self as usize]
    }

    /// The short name of a month, 1–12, in capitals.
    #[must_use]
    pub fn month(self, month: u8) -> &'static str {
        let at = usize::from(month.clamp(1, 12)) - 1;
        MONTHS[self as usize].split(' ').nth(at).unwrap_or_default()
    }

    /// The letter that stands for a woman and for a man.
    #[must_use]
    pub fn sexes(self) -> (&'static str, &'static str) {
        match self {
            Self::Pl | Self::Sv | Self::Da => ("K", "M"),
            Self::Nl => ("V", "M"),
            Self::Tr => ("K", "E"),
            Self::Cs => ("Ž", "M"),
            Self::Hu => ("N", "F"),
            Self::De => ("W", "M"),
            _ => ("F", "M"),
        }
    }
}

#[rustfmt::skip]
fn words(field: Field) -> Words {
    match field {
        //                       En De Fr Es It Pt Nl Pl Sv Tr Ro Cs Da Hu
        Field::Type => ["Type", "Typ", "Type", "Tipo", "Tipo", "Tipo", "Type", "Typ", "Typ", "Tip", "Tip", "Typ", "Type", "Típus"],
        Field::IssuingState => ["Code", "Code", "Code", "Código", "Codice", "Código", "Code", "Kod", "Kod", "Kod", "Cod", "Kód", "Kode", "Kód"],
        Field::Number => ["Document No.", "Dokumentennummer", "N° du document", "N.º del documento", "N. documento", "N.º do documento", "Documentnummer", "Nr dokumentu", "Dokumentnr", "Belge No", "Nr. document", "Číslo dokladu", "Dokumentnr.", "Okmány száma"],
        Field::Surname => ["Surname", "Name", "Nom", "Apellidos", "Cognome", "Apelidos", "Naam", "Nazwisko", "Efternamn", "Soyadı", "Nume", "Příjmení", "Efternavn", "Vezetéknév"],
        Field::GivenNames => ["Given names", "Vornamen", "Prénoms", "Nombre", "Nomi", "Nomes próprios", "Voornamen", "Imiona", "Förnamn", "Adı", "Prenume", "Jméno", "Fornavne", "Utónév"],
        Field::Nationality => ["Nationality", "Staatsangehörigkeit", "Nationalité", "Nacionalidad", "Cittadinanza", "Nacionalidade", "Nationaliteit", "Obywatelstwo", "Nationalitet", "Uyruğu", "Cetăţenie", "Státní občanství", "Nationalitet", "Állampolgárság"],
        Field::BirthDate => ["Date of birth", "Geburtsdatum", "Date de naissance", "Fecha de nacimiento", "Data di nascita", "Data de nascimento", "Geboortedatum", "Data urodzenia", "Födelsedatum", "Doğum tarihi", "Data naşterii", "Datum narození", "Fødselsdato", "Születési idő"],
        Field::Sex => ["Sex", "Geschlecht", "Sexe", "Sexo", "Sesso", "Sexo", "Geslacht", "Płeć", "Kön", "Cinsiyeti", "Sex", "Pohlaví", "Køn", "Nem"],
        Field::BirthPlace => ["Place of birth", "Geburtsort", "Lieu de naissance", "Lugar de nacimiento", "Luogo di nascita", "Local de nascimento", "Geboorteplaats", "Miejsce urodzenia", "Födelseort", "Doğum yeri", "Locul naşterii", "Místo narození", "Fødested", "Születési hely"],
        Field::IssueDate => ["Date of issue", "Ausstellungsdatum", "Date de délivrance", "Fecha de expedición", "Data di rilascio", "Data de emissão", "Datum van afgifte", "Data wydania", "Utfärdad den", "Veriliş tarihi", "Data emiterii", "Datum vydání", "Udstedelsesdato", "Kiállítás kelte"],
        Field::ExpiryDate => ["Date of expiry", "Gültig bis", "Date d'expiration", "Fecha de caducidad", "Data di scadenza", "Data de validade", "Geldig tot", "Data ważności", "Giltig t.o.m.", "Geçerlilik tarihi", "Data expirării", "Platnost do", "Udløbsdato", "Érvényes"],
        Field::Authority => ["Authority", "Behörde", "Autorité", "Autoridad", "Autorità", "Autoridade", "Autoriteit", "Organ wydający", "Myndighet", "Makam", "Autoritatea", "Vydal", "Myndighed", "Kiállító hatóság"],
        Field::PersonalNumber => ["Personal No.", "Persönliche Nr.", "N° personnel", "N.º personal", "N. personale", "N.º pessoal", "Persoonsnummer", "Numer osobisty", "Personnummer", "Kimlik No", "Cod personal", "Rodné číslo", "Personnr.", "Személyi szám"],
        Field::Address => ["Address", "Anschrift", "Adresse", "Domicilio", "Indirizzo", "Morada", "Adres", "Adres", "Adress", "Adres", "Domiciliu", "Trvalý pobyt", "Adresse", "Lakcím"],
        Field::Height => ["Height", "Größe", "Taille", "Estatura", "Statura", "Altura", "Lengte", "Wzrost", "Längd", "Boy", "Înălţime", "Výška", "Højde", "Magasság"],
        Field::Categories => ["Categories", "Klassen", "Catégories", "Categorías", "Categorie", "Categorias", "Categorieën", "Kategorie", "Behörigheter", "Sınıfı", "Categorii", "Skupiny", "Kategorier", "Kategóriák"],
        Field::VisaCategory => ["Type of visa", "Art des Visums", "Type de visa", "Tipo de visado", "Tipo di visto", "Tipo de visto", "Type visum", "Typ wizy", "Typ av visering", "Vize türü", "Tipul vizei", "Druh víza", "Visumtype", "Vízum típusa"],
        Field::ValidFrom => ["From", "Von", "Du", "Desde", "Dal", "De", "Van", "Od", "Från", "Başlangıç", "De la", "Od", "Fra", "Ettől"],
        Field::Entries => ["Number of entries", "Anzahl der Einreisen", "Nombre d'entrées", "Número de entradas", "Numero di ingressi", "Número de entradas", "Aantal binnenkomsten", "Liczba wjazdów", "Antal inresor", "Giriş sayısı", "Număr de intrări", "Počet vstupů", "Antal indrejser", "Beutazások száma"],
        Field::Stay => ["Duration of stay (days)", "Aufenthaltsdauer (Tage)", "Durée du séjour (jours)", "Duración (días)", "Durata del soggiorno (giorni)", "Duração da estada (dias)", "Duur van verblijf (dagen)", "Czas pobytu (dni)", "Vistelsetid (dagar)", "Kalış süresi (gün)", "Durata şederii (zile)", "Délka pobytu (dny)", "Ophold (dage)", "Tartózkodás (nap)"],
        Field::PassportNumber => ["Passport No.", "Reisepassnummer", "N° de passeport", "N.º de pasaporte", "N. passaporto", "N.º do passaporte", "Paspoortnummer", "Nr paszportu", "Passnummer", "Pasaport No", "Nr. paşaport", "Číslo pasu", "Pasnummer", "Útlevél száma"],
    }
}

#[rustfmt::skip]
const PASSPORT: Words = ["PASSPORT", "REISEPASS", "PASSEPORT", "PASAPORTE", "PASSAPORTO", "PASSAPORTE", "PASPOORT", "PASZPORT", "PASS", "PASAPORT", "PAŞAPORT", "CESTOVNÍ PAS", "PAS", "ÚTLEVÉL"];
#[rustfmt::skip]
const IDENTITY_CARD: Words = ["IDENTITY CARD", "PERSONALAUSWEIS", "CARTE D'IDENTITÉ", "DOCUMENTO DE IDENTIDAD", "CARTA D'IDENTITÀ", "CARTÃO DE IDENTIDADE", "IDENTITEITSKAART", "DOWÓD OSOBISTY", "IDENTITETSKORT", "KİMLİK KARTI", "CARTE DE IDENTITATE", "OBČANSKÝ PRŮKAZ", "IDENTITETSKORT", "SZEMÉLYAZONOSÍTÓ IGAZOLVÁNY"];
#[rustfmt::skip]
const DRIVING_LICENCE: Words = ["DRIVING LICENCE", "FÜHRERSCHEIN", "PERMIS DE CONDUIRE", "PERMISO DE CONDUCCIÓN", "PATENTE DI GUIDA", "CARTA DE CONDUÇÃO", "RIJBEWIJS", "PRAWO JAZDY", "KÖRKORT", "SÜRÜCÜ BELGESİ", "PERMIS DE CONDUCERE", "ŘIDIČSKÝ PRŮKAZ", "KØREKORT", "VEZETŐI ENGEDÉLY"];
#[rustfmt::skip]
const VISA: Words = ["VISA", "VISUM", "VISA", "VISADO", "VISTO", "VISTO", "VISUM", "WIZA", "VISERING", "VİZE", "VIZĂ", "VÍZUM", "VISUM", "VÍZUM"];

const MONTHS: Words = [
    "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC",
    "JAN FEB MÄR APR MAI JUN JUL AUG SEP OKT NOV DEZ",
    "JAN FÉV MAR AVR MAI JUIN JUIL AOÛ SEP OCT NOV DÉC",
    "ENE FEB MAR ABR MAY JUN JUL AGO SEP OCT NOV DIC",
    "GEN FEB MAR APR MAG GIU LUG AGO SET OTT NOV DIC",
    "JAN FEV MAR ABR MAI JUN JUL AGO SET OUT NOV DEZ",
    "JAN FEB MRT APR MEI JUN JUL AUG SEP OKT NOV DEC",
    "STY LUT MAR KWI MAJ CZE LIP SIE WRZ PAŹ LIS GRU",
    "JAN FEB MAR APR MAJ JUN JUL AUG SEP OKT NOV DEC",
    "OCA ŞUB MAR NİS MAY HAZ TEM AĞU EYL EKİ KAS ARA",
    "IAN FEB MAR APR MAI IUN IUL AUG SEP OCT NOV DEC",
    "LED ÚNO BŘE DUB KVĚ ČVN ČVC SRP ZÁŘ ŘÍJ LIS PRO",
    "JAN FEB MAR APR MAJ JUN JUL AUG SEP OKT NOV DEC",
    "JAN FEB MÁR ÁPR MÁJ JÚN JÚL AUG SZE OKT NOV DEC",
];
