//! The words that documents print at their fields, and in their titles, by language.

use std::sync::OnceLock;

use selfsame_domain::document::{DocumentType, FieldName};

use super::fold::folded;

/// What a label stands at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Label {
    Field(FieldName),
    /// `Name`, `Nome`: the surname where the given names have a label of their own, and the other way round.
    Name,
    /// `Passport No.`: of the document itself, or on a visa that of another one.
    PassportNumber,
    /// Something that is not read: it is known so that nobody takes it for a value.
    Other,
}

/// The labels of one language, as documents print them; spelling of capitals, diacritics and points does not matter.
struct Language {
    surname: &'static [&'static str],
    given_names: &'static [&'static str],
    number: &'static [&'static str],
    passport_number: &'static [&'static str],
    personal_number: &'static [&'static str],
    nationality: &'static [&'static str],
    birth_date: &'static [&'static str],
    sex: &'static [&'static str],
    issue_date: &'static [&'static str],
    expiry_date: &'static [&'static str],
    birth_place: &'static [&'static str],
    authority: &'static [&'static str],
    address: &'static [&'static str],
    /// Code of the issuing state.
    country: &'static [&'static str],
    other: &'static [&'static str],
}

/// Labels that may stand at the surname or at all names.
const NAME: &[&str] =
    &["Name", "Nume", "Nome", "Naam", "Navn", "Namn", "Nimi", "Nama", "Nama lengkap", "Nama penuh"];

#[rustfmt::skip]
const LANGUAGES: &[Language] = &[
    // English
    Language {
        surname: &["Surname", "Surnames", "Last name", "Family name", "LN", "Primary identifier"],
        given_names: &["Given names", "Given name", "Given name(s)", "First name", "First names", "Forename", "Forenames", "Other names", "FN", "First name(s)", "Secondary identifier"],
        number: &["Document No", "Document number", "Document #", "Card No", "Card number", "Licence No", "Licence number", "License No", "License number", "Driver license no", "DL", "DL No", "DLN", "LIC", "LIC#", "ID No", "ID number", "Identity card No", "Identity card number", "Visa No", "Visa number", "Number", "Residence permit no"],
        passport_number: &["Passport No", "Passport number"],
        personal_number: &["Personal No", "Personal number", "Personal ID number", "Identification number", "National identification number", "Personal code", "National ID No", "Social security number"],
        nationality: &["Nationality", "Citizenship"],
        birth_date: &["Date of birth", "Birth date", "Birthdate", "DOB", "Born"],
        sex: &["Sex", "Gender"],
        issue_date: &["Date of issue", "Issue date", "Issued on", "Issued", "ISS", "Date issued"],
        expiry_date: &["Date of expiry", "Expiry date", "Expiration date", "Date of expiration", "Valid until", "Expires", "EXP", "Expires on", "Valid to", "Until"],
        birth_place: &["Place of birth", "Birth place", "Birthplace"],
        authority: &["Authority", "Issuing authority", "Issued by", "Issuing office"],
        address: &["Address", "Residence", "Permanent address", "Place of residence"],
        country: &["Code", "Country code", "Issuing state", "Code of state", "Issuing country", "Code of issuing state"],
        other: &["Type", "Height", "HGT", "Eyes", "Eye colour", "Colour of eyes", "WGT", "Weight", "Hair", "Signature", "Signature of bearer", "Holder's signature", "Categories", "Category", "Class", "CL", "END", "Endorsements", "REST", "Restrictions", "NONE", "DD", "Organ donor", "Donor", "Veteran", "Type of visa", "Visa type", "From", "Valid from", "Number of entries", "Duration of stay", "Duration of stay (days)", "Remarks", "Birth name", "Name at birth", "Maiden name", "CAN"],
    },
    // German
    Language {
        surname: &["Familienname", "Nachname", "Name"],
        given_names: &["Vornamen", "Vorname", "Vorname(n)"],
        number: &["Dokumentennummer", "Dokumentennr", "Ausweisnummer", "Ausweis-Nr", "Führerscheinnummer", "Kartennummer", "Dokumentnummer", "Nummer", "Visumnummer"],
        passport_number: &["Pass-Nr", "Reisepassnummer", "Passnummer", "Reisepass-Nr"],
        personal_number: &["Persönliche Nr", "Personalnummer", "Persönliche Nummer", "Personennummer"],
        nationality: &["Staatsangehörigkeit", "Staatsbürgerschaft"],
        birth_date: &["Geburtsdatum", "Geburtstag", "Tag der Geburt"],
        sex: &["Geschlecht"],
        issue_date: &["Ausstellungsdatum", "Ausgestellt am"],
        expiry_date: &["Gültig bis", "Ablaufdatum", "Gültigkeitsdatum", "Bis"],
        birth_place: &["Geburtsort"],
        authority: &["Behörde", "Ausstellende Behörde", "Ausgestellt durch", "Ausstellungsbehörde"],
        address: &["Anschrift", "Adresse", "Wohnort", "Wohnsitz"],
        country: &["Ausstellender Staat", "Staat"],
        other: &["Typ", "Größe", "Augenfarbe", "Unterschrift", "Unterschrift der Inhaberin", "Unterschrift des Inhabers", "Klassen", "Klasse", "Art des Visums", "Von", "Anzahl der Einreisen", "Aufenthaltsdauer", "Aufenthaltsdauer (Tage)", "Geburtsname", "Ordensname", "Heimatort", "Art"],
    },
    // French
    Language {
        surname: &["Nom", "Nom de famille", "Noms"],
        given_names: &["Prénoms", "Prénom", "Prénom(s)"],
        number: &["N° du document", "Numéro du document", "N° de la carte", "Carte nationale d'identité n°", "N° de carte", "Numéro du permis", "N° du visa", "Numéro"],
        passport_number: &["Passeport n°", "N° de passeport", "N° du passeport", "Numéro de passeport"],
        personal_number: &["N° personnel", "Numéro personnel", "N° d'identification", "N° national", "Numéro de registre national", "N° registre national"],
        nationality: &["Nationalité"],
        birth_date: &["Date de naissance", "Né(e) le", "Né le", "Née le"],
        sex: &["Sexe"],
        issue_date: &["Date de délivrance", "Délivré le", "Délivrée le", "Date d'émission"],
        expiry_date: &["Date d'expiration", "Expire le", "Valable jusqu'au", "Fin de validité", "Au"],
        birth_place: &["Lieu de naissance"],
        authority: &["Autorité", "Délivré par", "Autorité de délivrance"],
        address: &["Adresse", "Domicile"],
        country: &["Code du pays", "Code de l'État", "Pays"],
        other: &["Taille", "Couleur des yeux", "Signature du titulaire", "Catégories", "Type de visa", "Du", "Nombre d'entrées", "Durée du séjour", "Durée du séjour (jours)", "Nom d'usage", "Lieu d'origine", "Observations"],
    },
    // Spanish
    Language {
        surname: &["Apellidos", "Apellido", "Primer apellido", "Apellido(s)"],
        given_names: &["Nombre", "Nombres", "Nombre(s)"],
        number: &["N.º del documento", "Número de documento", "Núm. documento", "Documento No", "DNI núm", "DNI", "Num soporte", "Número", "N.º de visado", "Documento"],
        passport_number: &["Pasaporte No", "N.º de pasaporte", "Nº pasaporte", "Pasaporte n°"],
        personal_number: &["N.º personal", "Número personal", "CURP", "NIF", "RUN"],
        nationality: &["Nacionalidad"],
        birth_date: &["Fecha de nacimiento", "Fecha nacimiento", "Nacimiento"],
        sex: &["Sexo"],
        issue_date: &["Fecha de expedición", "Fecha de emisión", "Expedición", "Emisión"],
        expiry_date: &["Fecha de caducidad", "Fecha de vencimiento", "Válido hasta", "Validez", "Vencimiento", "Hasta"],
        birth_place: &["Lugar de nacimiento"],
        authority: &["Autoridad", "Expedido por", "Autoridad expedidora"],
        address: &["Domicilio", "Dirección"],
        country: &["Código", "Código país", "Código del país", "Estado emisor"],
        other: &["Tipo", "Estatura", "Firma", "Firma del titular", "Categorías", "Clases", "Tipo de visado", "Desde", "Número de entradas", "Duración", "Duración (días)", "Hijo/a de", "Segundo apellido", "Equipo"],
    },
    // Italian
    Language {
        surname: &["Cognome"],
        given_names: &["Nomi"],
        number: &["N. documento", "Documento n", "Numero documento", "Numero del documento", "Patente n", "Numero", "N. visto"],
        passport_number: &["Passaporto n", "N. passaporto", "Passaporto N."],
        personal_number: &["N. personale", "Codice fiscale", "Numero personale"],
        nationality: &["Cittadinanza"],
        birth_date: &["Data di nascita", "Nato il", "Nata il"],
        sex: &["Sesso"],
        issue_date: &["Data di rilascio", "Rilasciato il", "Emissione"],
        expiry_date: &["Data di scadenza", "Scadenza", "Valido fino al", "Al"],
        birth_place: &["Luogo di nascita", "Luogo e data di nascita"],
        authority: &["Autorità", "Rilasciato da", "Comune di"],
        address: &["Indirizzo", "Residenza", "Indirizzo di residenza"],
        country: &["Codice", "Codice paese", "Codice stato"],
        other: &["Statura", "Firma del titolare", "Categorie", "Tipo di visto", "Dal", "Numero di ingressi", "Durata del soggiorno", "Durata del soggiorno (giorni)", "Estremi atto di nascita"],
    },
    // Portuguese
    Language {
        surname: &["Apelidos", "Apelido", "Apelido(s)", "Sobrenome"],
        given_names: &["Nomes próprios", "Nome próprio", "Nome(s)", "Nome(s) próprio(s)", "Nomes", "Prenome"],
        number: &["N.º do documento", "Número do documento", "Nº documento", "N.º documento", "N.º do visto"],
        passport_number: &["N.º do passaporte", "Passaporte nº", "Passaporte n.º"],
        personal_number: &["N.º pessoal", "Número pessoal", "N.º identificação civil", "NIC", "CPF"],
        nationality: &["Nacionalidade"],
        birth_date: &["Data de nascimento", "Data nascimento"],
        sex: &["Sexo"],
        issue_date: &["Data de emissão", "Data emissão", "Data de expedição", "Emissão"],
        expiry_date: &["Data de validade", "Válido até", "Validade", "Data validade", "Até"],
        birth_place: &["Local de nascimento", "Naturalidade", "Local nascimento"],
        authority: &["Autoridade", "Entidade emissora"],
        address: &["Morada", "Endereço", "Residência"],
        country: &["Código do país", "País emissor"],
        other: &["Altura", "Assinatura", "Assinatura do titular", "Categorias", "Tipo de visto", "De", "Número de entradas", "Duração da estada", "Duração da estada (dias)", "Filiação"],
    },
    // Dutch
    Language {
        surname: &["Achternaam", "Geslachtsnaam", "Familienaam"],
        given_names: &["Voornamen", "Voornaam", "Voorna(a)m(en)"],
        number: &["Documentnummer", "Documentnr", "Kaartnummer", "Rijbewijsnummer", "Visumnummer", "Nummer"],
        passport_number: &["Paspoortnummer", "Paspoort nr"],
        personal_number: &["Persoonsnummer", "Burgerservicenummer", "BSN", "Rijksregisternummer", "Rijksregisternr"],
        nationality: &["Nationaliteit"],
        birth_date: &["Geboortedatum"],
        sex: &["Geslacht"],
        issue_date: &["Datum van afgifte", "Afgegeven op", "Datum afgifte", "Datum verstrekking"],
        expiry_date: &["Geldig tot", "Geldig tot en met", "Vervaldatum", "Tot"],
        birth_place: &["Geboorteplaats", "Plaats van geboorte"],
        authority: &["Autoriteit", "Instantie", "Afgegeven door"],
        address: &["Adres", "Woonplaats"],
        country: &["Landcode", "Staat"],
        other: &["Lengte", "Handtekening", "Categorieën", "Type visum", "Van", "Aantal binnenkomsten", "Duur van verblijf", "Duur van verblijf (dagen)"],
    },
    // Polish
    Language {
        surname: &["Nazwisko"],
        given_names: &["Imiona", "Imię", "Imię (imiona)"],
        number: &["Nr dokumentu", "Numer dokumentu", "Nr dowodu", "Numer dowodu osobistego", "Numer karty", "Nr wizy"],
        passport_number: &["Nr paszportu", "Numer paszportu"],
        personal_number: &["Numer osobisty", "PESEL", "Numer PESEL", "Nr PESEL"],
        nationality: &["Obywatelstwo"],
        birth_date: &["Data urodzenia"],
        sex: &["Płeć"],
        issue_date: &["Data wydania"],
        expiry_date: &["Data ważności", "Termin ważności", "Ważny do", "Do"],
        birth_place: &["Miejsce urodzenia"],
        authority: &["Organ wydający", "Wydany przez"],
        address: &["Adres", "Adres zameldowania", "Miejsce zamieszkania"],
        country: &["Kod", "Kod kraju", "Kod państwa"],
        other: &["Wzrost", "Kolor oczu", "Podpis", "Podpis posiadacza", "Kategorie", "Typ wizy", "Od", "Liczba wjazdów", "Czas pobytu", "Czas pobytu (dni)", "Nazwisko rodowe", "Imiona rodziców"],
    },
    // Swedish
    Language {
        surname: &["Efternamn"],
        given_names: &["Förnamn"],
        number: &["Dokumentnr", "Dokumentnummer", "Kortnummer", "Körkortsnummer", "Referensnr", "Viseringens nummer"],
        passport_number: &["Passnummer", "Passnr", "Pass nr"],
        personal_number: &["Personnummer", "Personnr"],
        nationality: &["Nationalitet", "Medborgarskap"],
        birth_date: &["Födelsedatum", "Födelsetid"],
        sex: &["Kön"],
        issue_date: &["Utfärdad den", "Utfärdandedatum", "Datum för utfärdande", "Utfärdat"],
        expiry_date: &["Giltig t.o.m.", "Giltigt till", "Sista giltighetsdag", "Giltig till", "Giltigt t.o.m.", "Till"],
        birth_place: &["Födelseort"],
        authority: &["Myndighet", "Utfärdande myndighet"],
        address: &["Adress", "Bostadsadress"],
        country: &["Landskod", "Stat"],
        other: &["Längd", "Namnteckning", "Innehavarens namnteckning", "Behörigheter", "Typ av visering", "Från", "Antal inresor", "Vistelsetid", "Vistelsetid (dagar)"],
    },
    // Danish and Norwegian
    Language {
        surname: &["Efternavn", "Etternavn", "Slektsnavn"],
        given_names: &["Fornavne", "Fornavn", "Fornavn(e)", "Fornavn/mellomnavn"],
        number: &["Dokumentnr", "Dokumentnummer", "Kortnr", "Kortnummer", "Kørekortnr", "Visumnr"],
        passport_number: &["Pasnummer", "Pas nr", "Passnr"],
        personal_number: &["Personnr", "Personnummer", "Personligt nr", "CPR-nr", "Fødselsnummer", "Personnr."],
        nationality: &["Nationalitet", "Nasjonalitet", "Statsborgerskab", "Statsborgerskap"],
        birth_date: &["Fødselsdato", "Fødselsdag"],
        sex: &["Køn", "Kjønn"],
        issue_date: &["Udstedelsesdato", "Utstedelsesdato", "Udstedt den", "Utstedt", "Udstedt", "Utstedt dato"],
        expiry_date: &["Udløbsdato", "Utløpsdato", "Gyldig til", "Gyldigt til", "Til"],
        birth_place: &["Fødested"],
        authority: &["Myndighed", "Myndighet", "Udstedende myndighed", "Utstedende myndighet"],
        address: &["Adresse", "Bopæl", "Bosted"],
        country: &["Kode", "Landekode", "Landkode"],
        other: &["Højde", "Høyde", "Underskrift", "Kategorier", "Klasser", "Visumtype", "Fra", "Antal indrejser", "Ophold", "Ophold (dage)"],
    },
    // Finnish
    Language {
        surname: &["Sukunimi"],
        given_names: &["Etunimet", "Etunimi"],
        number: &["Asiakirjan numero", "Kortin numero", "Asiakirjan nro"],
        passport_number: &["Passin numero", "Passin nro"],
        personal_number: &["Henkilötunnus"],
        nationality: &["Kansalaisuus"],
        birth_date: &["Syntymäaika"],
        sex: &["Sukupuoli"],
        issue_date: &["Myöntämispäivä", "Myönnetty"],
        expiry_date: &["Viimeinen voimassaolopäivä", "Voimassa"],
        birth_place: &["Syntymäpaikka", "Syntymäkotikunta"],
        authority: &["Viranomainen", "Myöntäjä"],
        address: &["Osoite"],
        country: &["Maatunnus"],
        other: &["Pituus", "Allekirjoitus", "Tyyppi", "Luokat"],
    },
    // Turkish
    Language {
        surname: &["Soyadı", "Soyad"],
        given_names: &["Adı", "Ad", "Adı/İsmi"],
        number: &["Belge No", "Seri No", "Belge numarası", "Kart No", "Vize No"],
        passport_number: &["Pasaport No"],
        personal_number: &["Kimlik No", "T.C. Kimlik No", "TR Kimlik No", "TC Kimlik No"],
        nationality: &["Uyruğu", "Vatandaşlığı", "Milliyeti"],
        birth_date: &["Doğum tarihi"],
        sex: &["Cinsiyeti", "Cinsiyet"],
        issue_date: &["Veriliş tarihi", "Düzenleme tarihi"],
        expiry_date: &["Geçerlilik tarihi", "Son geçerlilik tarihi", "Son geçerlilik", "Bitiş"],
        birth_place: &["Doğum yeri"],
        authority: &["Makam", "Veren makam"],
        address: &["Adres", "Adresi"],
        country: &["Kod", "Ülke kodu"],
        other: &["Tip", "Boy", "İmza", "Sınıfı", "Vize türü", "Başlangıç", "Giriş sayısı", "Kalış süresi", "Kalış süresi (gün)", "Ana adı", "Baba adı"],
    },
    // Romanian
    Language {
        surname: &["Nume de familie", "Numele"],
        given_names: &["Prenume", "Prenumele"],
        number: &["Nr. document", "Numărul documentului", "Seria", "Nr. act", "Nr. viză"],
        passport_number: &["Nr. paşaport", "Numărul paşaportului", "Paşaport nr"],
        personal_number: &["Cod personal", "Cod numeric personal", "CNP"],
        nationality: &["Cetăţenie", "Cetăţenia", "Naţionalitate"],
        birth_date: &["Data naşterii"],
        sex: &["Sex", "Sexul"],
        issue_date: &["Data emiterii", "Data eliberării"],
        expiry_date: &["Data expirării", "Valabil până la", "Valabilitate", "Până la"],
        birth_place: &["Locul naşterii", "Loc naştere"],
        authority: &["Autoritatea", "Emisă de", "Emis de", "Eliberat de", "Autoritatea emitentă"],
        address: &["Domiciliu", "Domiciliul", "Adresa"],
        country: &["Cod", "Cod ţară", "Codul ţării"],
        other: &["Tip", "Înălţime", "Semnătura", "Semnătura titularului", "Categorii", "Tipul vizei", "De la", "Număr de intrări", "Durata şederii", "Durata şederii (zile)"],
    },
    // Czech
    Language {
        surname: &["Příjmení"],
        given_names: &["Jméno", "Jména", "Jméno (jména)"],
        number: &["Číslo dokladu", "Číslo průkazu", "Č. dokladu", "Číslo víza"],
        passport_number: &["Číslo pasu", "Č. pasu"],
        personal_number: &["Rodné číslo", "Osobní číslo"],
        nationality: &["Státní občanství", "Občanství"],
        birth_date: &["Datum narození"],
        sex: &["Pohlaví"],
        issue_date: &["Datum vydání"],
        expiry_date: &["Platnost do", "Datum skončení platnosti", "Do"],
        birth_place: &["Místo narození"],
        authority: &["Vydal", "Úřad", "Vydal úřad"],
        address: &["Trvalý pobyt", "Adresa", "Bydliště"],
        country: &["Kód", "Kód státu"],
        other: &["Výška", "Podpis", "Podpis držitele", "Skupiny", "Druh víza", "Od", "Počet vstupů", "Délka pobytu", "Délka pobytu (dny)", "Typ"],
    },
    // Slovak
    Language {
        surname: &["Priezvisko"],
        given_names: &["Meno", "Mená", "Meno (mená)"],
        number: &["Číslo dokladu", "Číslo OP", "Číslo preukazu"],
        passport_number: &["Číslo pasu"],
        personal_number: &["Rodné číslo"],
        nationality: &["Štátne občianstvo", "Štátna príslušnosť"],
        birth_date: &["Dátum narodenia"],
        sex: &["Pohlavie"],
        issue_date: &["Dátum vydania"],
        expiry_date: &["Platnosť do", "Dátum platnosti", "Platí do"],
        birth_place: &["Miesto narodenia"],
        authority: &["Vydal", "Orgán"],
        address: &["Trvalý pobyt", "Adresa", "Bydlisko"],
        country: &["Kód štátu"],
        other: &["Výška", "Podpis držiteľa", "Skupiny"],
    },
    // Hungarian
    Language {
        surname: &["Vezetéknév", "Családi név", "Családi és utónév"],
        given_names: &["Utónév", "Utónevek", "Keresztnév", "Utónév (utónevek)"],
        number: &["Okmány száma", "Okmányazonosító", "Okmányszám", "Kártyaszám", "Vízum száma"],
        passport_number: &["Útlevél száma", "Útlevélszám"],
        personal_number: &["Személyi szám", "Személyi azonosító"],
        nationality: &["Állampolgárság", "Állampolgársága"],
        birth_date: &["Születési idő", "Születési dátum", "Születés ideje"],
        sex: &["Nem", "Neme"],
        issue_date: &["Kiállítás kelte", "Kiállítás dátuma", "Kiadás dátuma"],
        expiry_date: &["Érvényes", "Érvényességi idő", "Lejárat dátuma", "Érvényesség", "Eddig"],
        birth_place: &["Születési hely", "Születés helye"],
        authority: &["Kiállító hatóság", "Hatóság"],
        address: &["Lakcím", "Lakóhely"],
        country: &["Kód", "Országkód"],
        other: &["Típus", "Magasság", "Aláírás", "Kategóriák", "Vízum típusa", "Ettől", "Beutazások száma", "Tartózkodás", "Tartózkodás (nap)", "Anyja neve"],
    },
    // Croatian, Bosnian, Serbian in the Latin alphabet, and Slovene
    Language {
        surname: &["Prezime", "Priimek"],
        given_names: &["Ime", "Imena"],
        number: &["Broj dokumenta", "Broj osobne iskaznice", "Broj isprave", "Številka dokumenta", "Broj lične karte", "Broj vozačke dozvole"],
        passport_number: &["Broj putovnice", "Broj pasoša", "Številka potnega lista"],
        personal_number: &["OIB", "Osobni broj", "Matični broj", "JMBG", "EMŠO", "Jedinstveni matični broj"],
        nationality: &["Državljanstvo"],
        birth_date: &["Datum rođenja", "Datum rojstva"],
        sex: &["Spol", "Pol"],
        issue_date: &["Datum izdavanja", "Datum izdaje", "Izdano"],
        expiry_date: &["Vrijedi do", "Datum isteka", "Važi do", "Velja do", "Datum poteka veljavnosti", "Vrijedi do datuma"],
        birth_place: &["Mjesto rođenja", "Mesto rođenja", "Kraj rojstva"],
        authority: &["Izdala", "Izdalo", "Tijelo izdavanja", "Organ", "Nadležno tijelo", "Izdano od"],
        address: &["Prebivalište", "Adresa", "Stalno prebivališče"],
        country: &["Kod države", "Koda države"],
        other: &["Visina", "Potpis", "Vlastoručni potpis", "Kategorije", "Podpis", "Kategorija"],
    },
    // Estonian, Latvian, Lithuanian
    Language {
        surname: &["Perekonnanimi", "Uzvārds", "Pavardė"],
        given_names: &["Eesnimed", "Eesnimi", "Vārds", "Vārdi", "Vardas", "Vardai"],
        number: &["Dokumendi number", "Dokumenta Nr", "Dokumento numeris", "Dokumento Nr", "Dokumenta numurs", "Kortelės Nr"],
        passport_number: &["Passi number", "Pases Nr", "Paso Nr"],
        personal_number: &["Isikukood", "Personas kods", "Asmens kodas"],
        nationality: &["Kodakondsus", "Pilsonība", "Pilietybė"],
        birth_date: &["Sünniaeg", "Dzimšanas datums", "Gimimo data"],
        sex: &["Sugu", "Dzimums", "Lytis"],
        issue_date: &["Väljaandmise kuupäev", "Izdošanas datums", "Išdavimo data", "Välja antud"],
        expiry_date: &["Kehtiv kuni", "Derīga līdz", "Derīguma termiņš", "Galioja iki"],
        birth_place: &["Sünnikoht", "Dzimšanas vieta", "Gimimo vieta"],
        authority: &["Väljaandja", "Izdevējiestāde", "Išdavė", "Įstaiga", "Asutus"],
        address: &["Aadress", "Adrese", "Adresas", "Dzīvesvieta"],
        country: &["Riigi kood", "Valsts kods", "Valstybės kodas"],
        other: &["Pikkus", "Allkiri", "Augums", "Paraksts", "Ūgis", "Parašas", "Tüüp", "Tips", "Tipas"],
    },
    // Indonesian and Malay. Their short words are left out: Jenis, Agama, Kelas, NIK and others are names elsewhere, but for a letter.
    Language {
        surname: &[],
        given_names: &[],
        number: &["Nomor induk kependudukan", "No. kad pengenalan", "No. dokumen", "Nomor dokumen", "Nombor dokumen", "No. SIM", "No. lesen", "Nombor lesen"],
        passport_number: &["No. paspor", "Nomor paspor", "No. pasport", "Nombor pasport"],
        personal_number: &["No. pengenalan", "Nombor pengenalan"],
        nationality: &["Kewarganegaraan", "Warganegara"],
        birth_date: &["Tanggal lahir", "Tgl. lahir", "Tarikh lahir"],
        sex: &["Jenis kelamin"],
        issue_date: &["Tanggal pengeluaran", "Tgl. pengeluaran", "Tanggal dikeluarkan", "Tarikh dikeluarkan", "Tarikh pengeluaran"],
        expiry_date: &["Berlaku hingga", "Tanggal habis berlaku", "Tgl. habis berlaku", "Tarikh tamat tempoh", "Tarikh luput", "Sah sehingga"],
        birth_place: &["Tempat lahir"],
        authority: &["Kantor yang mengeluarkan", "Pejabat pengeluar", "Dikeluarkan oleh"],
        address: &["Alamat", "Alamat rumah", "Alamat tetap", "Alamat tempat tinggal"],
        country: &["Kode negara", "Kod negara"],
        other: &["Kelurahan", "Kecamatan", "Status perkawinan", "Pekerjaan", "Gol. darah", "Golongan darah", "Tinggi badan", "Tanda tangan", "Tandatangan"],
    },
];

/// The numbers of driving licences (ISO/IEC 18013-1, Annex B, and Directive 2006/126/EC, Annex I).
pub(crate) fn licence_number(prefix: &str) -> Option<Label> {
    Some(match prefix {
        "1" => Label::Field(FieldName::Surname),
        "2" => Label::Field(FieldName::GivenNames),
        "3" => Label::Field(FieldName::BirthDate),
        "4a" => Label::Field(FieldName::IssueDate),
        "4b" => Label::Field(FieldName::ExpiryDate),
        "4c" => Label::Field(FieldName::Authority),
        "4d" => Label::Field(FieldName::PersonalNumber),
        "5" => Label::Field(FieldName::DocumentNumber),
        "8" => Label::Field(FieldName::Address),
        "15" => Label::Field(FieldName::Sex),
        "6" | "7" | "9" | "9a" | "10" | "11" | "12" | "13" | "14" | "16" | "17" | "18" | "19" => Label::Other,
        _ => return None,
    })
}

/// Titles in plain capitals by type; longer words first where one holds another.
#[rustfmt::skip]
const TITLES: &[(DocumentType, &[&str])] = &[
    (DocumentType::DrivingLicence, &[
        "Driving licence", "Driver licence", "Driver license", "Drivers license", "Driver's license", "Driver's licence", "Führerschein", "Führerausweis", "Permis de conduire",
        "Permiso de conducción", "Permiso de conducir", "Licencia de conducir", "Patente di guida", "Carta de condução",
        "Carteira nacional de habilitação", "Rijbewijs", "Prawo jazdy", "Körkort", "Kørekort", "Førerkort", "Ajokortti", "Sürücü belgesi",
        "Permis de conducere", "Řidičský průkaz", "Vodičský preukaz", "Vezetői engedély", "Vozačka dozvola", "Vozniško dovoljenje",
        "Juhiluba", "Vadītāja apliecība", "Vairuotojo pažymėjimas", "Surat izin mengemudi", "Lesen memandu",
    ]),
    (DocumentType::IdentityCard, &[
        "Identity card", "National identity card", "Identification card", "Personalausweis", "Identitätskarte", "Carte d'identité", "Carte nationale d'identité",
        "Documento nacional de identidad", "Documento de identidad", "Cédula de identidad", "Cédula de ciudadanía", "Carta d'identità", "Cartão de cidadão",
        "Cartão de identidade", "Bilhete de identidade", "Identiteitskaart", "Dowód osobisty", "Identitetskort", "Henkilökortti", "Kimlik kartı", "Carte de identitate",
        "Občanský průkaz", "Občiansky preukaz", "Személyazonosító igazolvány", "Személyi igazolvány", "Osobna iskaznica", "Lična karta",
        "Osebna izkaznica", "Isikutunnistus", "Personas apliecība", "Asmens tapatybės kortelė", "Kartu tanda penduduk", "Kad pengenalan",
    ]),
    (DocumentType::Passport, &[
        "Passport", "Reisepass", "Passeport", "Pasaporte", "Passaporto", "Passaporte", "Paspoort", "Paszport", "Passi", "Pasaport", "Paşaport", "Pasport",
        "Cestovní pas", "Cestovný pas", "Útlevél", "Putovnica", "Pasoš", "Potni list", "Pass", "Pas", "Pase", "Pasas",
    ]),
    (DocumentType::Visa, &["Visa", "Visum", "Visado", "Visto", "Wiza", "Visering", "Viisumi", "Vize", "Viză", "Vízum", "Viza", "Viisa", "Vīza"]),
];

/// Every label in its folded form.
pub(crate) fn labels() -> &'static [(String, Label)] {
    static LABELS: OnceLock<Vec<(String, Label)>> = OnceLock::new();
    LABELS.get_or_init(|| {
        // Of labels that are alike in plain letters the first one stands.
        let mut known = std::collections::BTreeSet::new();
        let mut all = listed();
        all.retain(|(word, _)| known.insert(word.clone()));
        all
    })
}

/// The labels as they are listed, in plain letters; labels of surnames that may stand at all names first.
fn listed() -> Vec<(String, Label)> {
    let mut all: Vec<(String, Label)> = NAME.iter().map(|word| (folded(word), Label::Name)).collect();
    {
        for words in LANGUAGES {
            for (list, label) in [
                (words.surname, Label::Field(FieldName::Surname)),
                (words.given_names, Label::Field(FieldName::GivenNames)),
                (words.number, Label::Field(FieldName::DocumentNumber)),
                (words.passport_number, Label::PassportNumber),
                (words.personal_number, Label::Field(FieldName::PersonalNumber)),
                (words.nationality, Label::Field(FieldName::Nationality)),
                (words.birth_date, Label::Field(FieldName::BirthDate)),
                (words.sex, Label::Field(FieldName::Sex)),
                (words.issue_date, Label::Field(FieldName::IssueDate)),
                (words.expiry_date, Label::Field(FieldName::ExpiryDate)),
                (words.birth_place, Label::Field(FieldName::BirthPlace)),
                (words.authority, Label::Field(FieldName::Authority)),
                (words.address, Label::Field(FieldName::Address)),
                (words.country, Label::Field(FieldName::IssuingCountry)),
                (words.other, Label::Other),
            ] {
                all.extend(list.iter().map(|word| (folded(word), label)));
            }
        }
    }
    all
}

/// A title of a type of document.
#[derive(Debug)]
pub(crate) struct Title {
    /// Folded.
    pub(crate) word: String,
    /// It is more than one word.
    pub(crate) several: bool,
    pub(crate) kind: DocumentType,
}

/// Every title.
pub(crate) fn titles() -> &'static [Title] {
    static TITLE_WORDS: OnceLock<Vec<Title>> = OnceLock::new();
    TITLE_WORDS.get_or_init(|| {
        let title = |kind: &DocumentType, text: &str| Title {
            word: folded(text),
            several: text.contains(' '),
            kind: *kind,
        };
        TITLES.iter().flat_map(|(kind, words)| words.iter().map(|text| title(kind, text))).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_labels_of_different_fields_are_alike_in_plain_letters() {
        let mut seen: std::collections::BTreeMap<String, Label> = std::collections::BTreeMap::new();
        for (word, label) in listed() {
            assert!(!word.is_empty());
            let first = *seen.entry(word.clone()).or_insert(label);
            assert!(first == label || first == Label::Name, "{word}: {first:?} and {label:?}");
        }
        let find = |text: &str| seen.get(&folded(text)).copied();
        assert_eq!(find("SOYADI"), Some(Label::Field(FieldName::Surname)));
        assert_eq!(find("Data ważności"), Some(Label::Field(FieldName::ExpiryDate)));
        assert_eq!(find("Name"), Some(Label::Name));
        assert_eq!(find("ALAMAT"), Some(Label::Field(FieldName::Address)));
        assert_eq!(find("Tgl Lahir"), Some(Label::Field(FieldName::BirthDate)));
        assert_eq!(find("Kecamatan"), Some(Label::Other));
        assert_eq!(find("N° de passeport"), Some(Label::PassportNumber));
        assert_eq!(licence_number("4b"), Some(Label::Field(FieldName::ExpiryDate)));
    }
}
