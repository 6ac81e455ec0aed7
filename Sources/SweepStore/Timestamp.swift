/// A time as the store writes it: ISO 8601, UTC, milliseconds: `2026-01-31T23:59:59.123Z`.
enum Timestamp {
    /// Appends a time, given in seconds since 1970, to a row.
    ///
    /// Times outside the years 0 … 9999 and NaN are written as an empty cell.
    static func append(_ seconds: Double, to bytes: inout [UInt8]) {
        let scaled = (seconds * 1000).rounded(.down)
        guard scaled >= -62_167_219_200_000, scaled < 253_402_300_800_000 else { return }
        let milliseconds = Int(scaled)
        let day = Int((Double(milliseconds) / 86_400_000).rounded(.down))
        let rest = milliseconds - day * 86_400_000
        let (year, month, dayOfMonth) = civil(day)
        digits(year, 4, &bytes)
        bytes.append(UInt8(ascii: "-"))
        digits(month, 2, &bytes)
        bytes.append(UInt8(ascii: "-"))
        digits(dayOfMonth, 2, &bytes)
        bytes.append(UInt8(ascii: "T"))
        digits(rest / 3_600_000, 2, &bytes)
        bytes.append(UInt8(ascii: ":"))
        digits(rest / 60_000 % 60, 2, &bytes)
        bytes.append(UInt8(ascii: ":"))
        digits(rest / 1000 % 60, 2, &bytes)
        bytes.append(UInt8(ascii: "."))
        digits(rest % 1000, 3, &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }

    /// A time as text.
    static func text(_ seconds: Double) -> String {
        var bytes: [UInt8] = []
        append(seconds, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func digits(_ number: Int, _ width: Int, _ bytes: inout [UInt8]) {
        var scale = 1
        for _ in 1..<width { scale *= 10 }
        while scale > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(number / scale % 10))
            scale /= 10
        }
    }

    /// Year, month and day of a day counted from 1970-01-01, in the proleptic Gregorian calendar,
    /// by counting years from March, so that the leap day is the last of a year.
    private static func civil(_ day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let ofEra = shifted - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * ofYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
            ofYear - (153 * shiftedMonth + 2) / 5 + 1
        )
    }
}
