import Glibc
import SweepCore

/// How text stands in a cell.
///
/// - A text that a spreadsheet would run as a formula (first character `=`, `+`, `-`, `@`, tab or
///   carriage return, and not a number as a whole) gets an apostrophe in front. So does a text that
///   begins with an apostrophe: reading drops exactly one.
/// - A text with a comma, quote, line feed or carriage return stands in quotes, its quotes doubled
///   (RFC 4180); so does the empty text, which thereby differs from no value.
enum CellText {
    static let quote = UInt8(ascii: "\"")
    static let comma = UInt8(ascii: ",")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let guardMark = UInt8(ascii: "'")

    /// Whether an apostrophe goes in front.
    static func needsGuard(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = text.first else { return false }
        switch first {
        case guardMark, UInt8(ascii: "="), UInt8(ascii: "@"), UInt8(ascii: "\t"), carriageReturn:
            return true
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            return !isNumber(text)
        default:
            return false
        }
    }

    /// Whether the text stands in quotes.
    static func needsQuotes(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        if text.isEmpty { return true }
        for byte in text {
            switch byte {
            case quote, comma, lineFeed, carriageReturn: return true
            default: continue
            }
        }
        return false
    }

    /// A decimal whole number as `Int` reads it: digits, with a sign or without; nil for all else.
    static func integer(_ text: UnsafeRawBufferPointer) -> Int? {
        guard let first = text.first else { return nil }
        let isNegative = first == UInt8(ascii: "-")
        let start = isNegative || first == UInt8(ascii: "+") ? 1 : 0
        guard text.count > start else { return nil }
        var number = 0
        for position in start..<text.count {
            let digit = text[position] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            let (tens, isTooLarge) = number.multipliedReportingOverflow(by: 10)
            // Downwards, as the least number has no positive counterpart.
            let (sum, overflows) = tens.subtractingReportingOverflow(Int(digit))
            if isTooLarge || overflows { return nil }
            number = sum
        }
        if isNegative { return number }
        return number == .min ? nil : -number
    }

    /// The text of a cell from its bytes, quotes included; nil when the cell is empty.
    static func decode(_ cell: UnsafeRawBufferPointer, isQuoted: Bool) -> String? {
        if !isQuoted {
            guard let first = cell.first else { return nil }
            return String(
                decoding: first == guardMark ? cell.dropFirst() : cell[...], as: UTF8.self)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(cell.count)
        var isSecond = false
        for byte in cell.dropFirst().dropLast() {
            if byte == quote, !isSecond {
                isSecond = true
                bytes.append(byte)
            } else if byte == quote {
                isSecond = false
            } else {
                isSecond = false
                bytes.append(byte)
            }
        }
        return String(
            decoding: bytes.first == guardMark ? bytes.dropFirst() : bytes[...], as: UTF8.self)
    }

    /// The value that a cell stands for in a column of any type: a number in the form in which the
    /// store writes it, true, false, otherwise text.
    ///
    /// Whether `1` was a number or a text makes no difference to a trial's identity.
    static func looseValue(_ text: String) -> Value {
        if let integer = Int64(text), integer.description == text { return .integer(integer) }
        switch text {
        case "true": return .flag(true)
        case "false": return .flag(false)
        case "NaN": return .real(.nan)
        default:
            if let real = Double(text), real.description == text { return .real(real) }
            return .text(text)
        }
    }

    /// Whether a text is a decimal number as a whole, so that a spreadsheet reads it as one.
    private static func isNumber(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        for byte in text {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
                UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
                continue
            default: return false
            }
        }
        return Double(String(decoding: text, as: UTF8.self)) != nil
    }
}
