import Foundation

/// JSON for other programs: indented, keys in snake_case and in order, with a schema version.
struct JSONText {
    /// Rises when a reader of an older form would misread it.
    static let schema = 2

    private struct Envelope<Content: Encodable>: Encodable {
        let schema: Int
        let content: Content

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(schema, forKey: Key(stringValue: "schema"))
            try container.encode(content, forKey: Key(stringValue: "content"))
        }
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { return nil }
    }

    let text: String

    init(_ content: some Encodable) { text = Self.encode(content, [.prettyPrinted]) }

    /// The same on one line, for an answer of many.
    static func line(_ content: some Encodable) -> String { encode(content, []) }

    private static func encode(
        _ content: some Encodable, _ formatting: JSONEncoder.OutputFormatting
    ) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting.union([.sortedKeys, .withoutEscapingSlashes])
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "NaN")
        let data = try? encoder.encode(Envelope(schema: schema, content: content))
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
