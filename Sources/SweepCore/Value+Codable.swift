extension Value: Codable {
    private enum Kind: String, CodingKey {
        case integer, real, text, flag
    }

    /// Reads `{"real": 0.1}` and the like.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Kind.self)
        if let number = try container.decodeIfPresent(Int64.self, forKey: .integer) {
            self = .integer(number)
        } else if let number = try container.decodeIfPresent(Double.self, forKey: .real) {
            self = .real(number)
        } else if let flag = try container.decodeIfPresent(Bool.self, forKey: .flag) {
            self = .flag(flag)
        } else {
            self = .text(try container.decode(String.self, forKey: .text))
        }
    }

    /// Writes `{"real": 0.1}` and the like.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Kind.self)
        switch self {
        case .integer(let number): try container.encode(number, forKey: .integer)
        case .real(let number): try container.encode(number, forKey: .real)
        case .text(let text): try container.encode(text, forKey: .text)
        case .flag(let flag): try container.encode(flag, forKey: .flag)
        }
    }
}
