//! Numbers of persons that the dialect has a name of its own for. They are known by the issuing country, their form and their check
//! characters, so that nothing that was misread, and no other number, is given that name.

use selfsame_domain::document::Extraction;

/// The name and the number without what divides it; `None` for a personal number without a name of its own.
pub(crate) fn named(reading: &Extraction) -> Option<(&'static str, String)> {
    let text = reading.personal_number.as_deref()?;
    let number: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '/')).collect();
    let (name, holds) = match reading.issuing_country.as_deref()? {
        "MEX" => ("curp", is_curp(number.as_bytes())),
        "BRA" => ("cpf", is_cpf(number.as_bytes())),
        "ITA" => ("taxNumber", is_codice_fiscale(number.as_bytes())),
        _ => return None,
    };
    holds.then_some((name, number))
}

/// `A` letters, `9` digits, `X` either.
fn has_form(number: &[u8], form: &[u8]) -> bool {
    let fits = |(c, of): (&u8, &u8)| match of {
        b'A' => c.is_ascii_uppercase(),
        b'9' => c.is_ascii_digit(),
        _ => c.is_ascii_uppercase() || c.is_ascii_digit(),
    };
    number.len() == form.len() && number.iter().zip(form).all(fits)
}

fn digit(c: u8) -> u32 {
    u32::from(c.wrapping_sub(b'0'))
}

/// Mexico, Clave Única de Registro de Población: name, date of birth, sex, state, name, homonym, check digit (Instructivo normativo
/// para la asignación de la CURP). Ñ stands between N and O in the values of letters.
fn is_curp(number: &[u8]) -> bool {
    let value = |c: u8| match c {
        b'0'..=b'9' => digit(c),
        b'A'..=b'N' => u32::from(c - b'A') + 10,
        _ => u32::from(c.wrapping_sub(b'A')) + 11,
    };
    let Some((check, body)) = number.split_last().filter(|_| has_form(number, b"AAAA999999AAAAAAX9")) else {
        return false;
    };
    let sum: u32 = body.iter().zip((2..=18).rev()).map(|(c, weight)| value(*c) * weight).sum();
    matches!(number.get(10), Some(b'H' | b'M' | b'X')) && digit(*check) == (10 - sum % 10) % 10
}

/// Brazil, Cadastro de Pessoas Físicas: nine digits and two check digits modulo 11. Eleven equal digits agree and are nobody's.
fn is_cpf(number: &[u8]) -> bool {
    let check = |digits: &[u8]| {
        let sum: u32 = digits.iter().rev().zip(2..).map(|(c, weight)| digit(*c) * weight).sum();
        sum * 10 % 11 % 10
    };
    has_form(number, b"99999999999")
        && number.iter().any(|c| Some(c) != number.first())
        && [9, 10].into_iter().all(|at| {
            let (body, rest) = number.split_at(at);
            rest.first().is_some_and(|c| digit(*c) == check(body))
        })
}

/// Italy, codice fiscale: name, date of birth and sex, municipality, check letter (decree of 23 December 1976). Letters stand in the place
/// of digits where two persons would have the same.
fn is_codice_fiscale(number: &[u8]) -> bool {
    /// Of the characters at odd positions, by their value.
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let value = |c: u8| if c.is_ascii_digit() { digit(c) } else { u32::from(c.wrapping_sub(b'A')) };
    let Some((check, body)) = number.split_last().filter(|_| has_form(number, b"AAAAAAXXAXXAXXXA")) else {
        return false;
    };
    let weigh = |(at, c): (usize, &u8)| match at % 2 {
        0 => usize::try_from(value(*c)).ok().and_then(|value| ODD.get(value).copied()).unwrap_or(0),
        _ => value(*c),
    };
    value(*check) == body.iter().enumerate().map(weigh).sum::<u32>() % 26
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(country: &str, number: &str) -> Option<(&'static str, String)> {
        named(&Extraction {
            issuing_country: Some(country.to_owned()),
            personal_number: Some(number.to_owned()),
            ..Extraction::default()
        })
    }

    #[test]
    fn a_number_has_its_name_where_country_form_and_check_agree() {
        for (country, printed, name, number) in [
            ("MEX", "HEGG560427MVZRRL04", "curp", "HEGG560427MVZRRL04"),
            ("BRA", "529.982.247-25", "cpf", "52998224725"),
            ("BRA", "52998224725", "cpf", "52998224725"),
            ("ITA", "RSSMRA85T10A562S", "taxNumber", "RSSMRA85T10A562S"),
        ] {
            assert_eq!(told(country, printed), Some((name, number.to_owned())), "{printed}");
        }
        for (country, printed) in [
            // Misread, of another country, of another form, nobody's.
            ("MEX", "HEGG560427MVZRRL05"),
            ("MEX", "HEGG560427VMZRRL04"),
            ("MEX", "52998224725"),
            ("BRA", "529.982.247-26"),
            ("BRA", "529.982.274-25"),
            ("BRA", "111.111.111-11"),
            ("ITA", "RSSMRA85T10A562T"),
            ("ITA", "RSSMRA85T10B562S"),
            ("ESP", "52998224725"),
            ("PRT", "123456789"),
            ("ITA", ""),
            ("MEX", "ÑEGG560427MVZRRL04"),
        ] {
            assert_eq!(told(country, printed), None, "{country} {printed}");
        }
        assert_eq!(named(&Extraction::default()), None);
    }
}
