/// A key that a person pressed on a terminal.
package enum Key: Sendable, Hashable {
    case character(Character)
    case up, down, left, right, home, end, pageUp, pageDown
    case enter, escape, tab, backTab, backspace, interrupt
}

/// Turns a terminal's bytes into keys.
///
/// Sequences that a terminal sends for keys without a meaning here are dropped; a sequence that is
/// cut off waits for the next bytes, an escape with nothing behind it is the key.
package struct KeyDecoder: Sendable {
    private var pending: [UInt8] = []

    package init() {}

    /// Keys of the bytes that were read at once.
    package mutating func take(_ bytes: some Sequence<UInt8>) -> [Key] {
        pending += bytes
        var keys: [Key] = []
        var rest = pending[...]
        while let first = rest.first {
            switch first {
            case 0x1b:
                guard let next = rest.dropFirst().first else {
                    keys.append(.escape)
                    rest = []
                    continue
                }
                if next == 0x5b || next == 0x4f {
                    guard let end = rest.dropFirst(2).firstIndex(where: { (0x40...0x7e) ~= $0 })
                    else {
                        // Nothing that a key sends is as long.
                        if rest.count > 16 { rest = [] }
                        pending = Array(rest)
                        return keys
                    }
                    if let key = Self.key(rest[(rest.startIndex + 2)...end]) { keys.append(key) }
                    rest = rest[(end + 1)...]
                } else {
                    keys.append(.escape)
                    rest = rest.dropFirst()
                }
            case 0x0d, 0x0a:
                keys.append(.enter)
                rest = rest.dropFirst()
            case 0x09:
                keys.append(.tab)
                rest = rest.dropFirst()
            case 0x7f, 0x08:
                keys.append(.backspace)
                rest = rest.dropFirst()
            case 0x03:
                keys.append(.interrupt)
                rest = rest.dropFirst()
            case 0x20..<0x7f:
                keys.append(.character(Character(Unicode.Scalar(first))))
                rest = rest.dropFirst()
            case 0xc2...0xf4:
                let length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
                guard rest.count >= length else {
                    pending = Array(rest)
                    return keys
                }
                if let text = String(validating: rest.prefix(length), as: UTF8.self),
                    let character = text.first
                {
                    keys.append(.character(character))
                }
                rest = rest.dropFirst(length)
            default:
                rest = rest.dropFirst()
            }
        }
        pending = []
        return keys
    }

    /// The key of what follows `ESC [` or `ESC O`.
    private static func key(_ sequence: ArraySlice<UInt8>) -> Key? {
        switch sequence.last {
        case UInt8(ascii: "A"): .up
        case UInt8(ascii: "B"): .down
        case UInt8(ascii: "C"): .right
        case UInt8(ascii: "D"): .left
        case UInt8(ascii: "H"): .home
        case UInt8(ascii: "F"): .end
        case UInt8(ascii: "Z"): .backTab
        case UInt8(ascii: "M"): .enter
        case UInt8(ascii: "~"):
            switch sequence.first {
            case UInt8(ascii: "1"), UInt8(ascii: "7"): .home
            case UInt8(ascii: "4"), UInt8(ascii: "8"): .end
            case UInt8(ascii: "5"): .pageUp
            case UInt8(ascii: "6"): .pageDown
            default: nil
            }
        default: nil
        }
    }
}
