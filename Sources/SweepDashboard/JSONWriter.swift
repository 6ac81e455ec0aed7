/// JSON as bytes, written from front to back.
///
/// For streams of many numbers: one pass, no tree. Numbers that JSON has no word for are `null`.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    /// Whether a comma is due before the next value.
    private var isFollowing = false

    private mutating func separate() {
        if isFollowing { bytes.append(UInt8(ascii: ",")) }
        isFollowing = true
    }

    /// An object, or a member of one that is an object.
    mutating func object(_ key: String? = nil, _ body: (inout JSONWriter) -> Void) {
        enclose(key, UInt8(ascii: "{"), UInt8(ascii: "}"), body)
    }

    /// An array, or a member of an object that is an array.
    mutating func array(_ key: String? = nil, _ body: (inout JSONWriter) -> Void) {
        enclose(key, UInt8(ascii: "["), UInt8(ascii: "]"), body)
    }

    private mutating func enclose(
        _ key: String?, _ open: UInt8, _ close: UInt8, _ body: (inout JSONWriter) -> Void
    ) {
        separate(key)
        bytes.append(open)
        isFollowing = false
        body(&self)
        bytes.append(close)
        isFollowing = true
    }

    private mutating func separate(_ key: String?) {
        separate()
        guard let key else { return }
        quote(key)
        bytes.append(UInt8(ascii: ":"))
    }

    /// A text, or a member that is one; nil is `null`.
    mutating func text(_ key: String? = nil, _ value: String?) {
        separate(key)
        if let value { quote(value) } else { bytes += Self.null }
    }

    /// A whole number, or a member that is one; nil is `null`.
    mutating func integer(_ key: String? = nil, _ value: Int?) {
        separate(key)
        if let value { bytes += Array(String(value).utf8) } else { bytes += Self.null }
    }

    /// A number, or a member that is one; what is not finite is `null`.
    mutating func number(_ key: String? = nil, _ value: Double?) {
        separate(key)
        guard let value, value.isFinite else {
            bytes += Self.null
            return
        }
        var text = value.description
        if text.hasSuffix(".0") { text.removeLast(2) }
        bytes += Array(text.utf8)
    }

    /// A truth value, or a member that is one.
    mutating func flag(_ key: String? = nil, _ value: Bool) {
        separate(key)
        bytes += Array((value ? "true" : "false").utf8)
    }

    private static let null = Array("null".utf8)
    private static let digits = Array("0123456789abcdef".utf8)

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                bytes += Array("\\u00".utf8)
                bytes.append(Self.digits[Int(byte >> 4)])
                bytes.append(Self.digits[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
