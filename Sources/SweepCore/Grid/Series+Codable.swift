extension Series: Codable {
    private enum Rule: String, CodingKey {
        case list, range, linear, log
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Rule.self)
        if let range = try container.decodeIfPresent(DecimalRange.self, forKey: .range) {
            self = .range(range)
        } else if let spacing = try container.decodeIfPresent(Spacing.self, forKey: .linear) {
            self = .linear(spacing)
        } else if let spacing = try container.decodeIfPresent(Spacing.self, forKey: .log) {
            self = .log(spacing)
        } else {
            self = .list(try container.decode([Value?].self, forKey: .list))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Rule.self)
        switch self {
        case .list(let values): try container.encode(values, forKey: .list)
        case .range(let range): try container.encode(range, forKey: .range)
        case .linear(let spacing): try container.encode(spacing, forKey: .linear)
        case .log(let spacing): try container.encode(spacing, forKey: .log)
        }
    }
}
