import SweepCore

/// A trace that grows line by line, with whatever columns the lines bring.
struct CommandTrace {
    private static let mostColumns = 256
    private static let reserved: Set = ["trial", "attempt", "row_crc"]

    private var names: [String] = []
    private var positions: [String: Int] = [:]
    private var areIntegers: [Bool] = []
    /// The rows; a row is as long as there were columns when it came.
    private var cells: [Double] = []
    private var rowEnds: [Int] = []

    /// Reads one line: a JSON object, or `key=value` pairs with spaces or commas between them.
    static func members(
        of line: ArraySlice<UInt8>
    ) throws(JSONReader.Problem) -> [(key: String, value: Value?)] {
        if line.first == UInt8(ascii: "{") {
            var reader = JSONReader(line)
            return try reader.object()
        }
        var members: [(key: String, value: Value?)] = []
        for pair in line.split(whereSeparator: { $0 == 32 || $0 == 9 || $0 == UInt8(ascii: ",") }) {
            let text = String(decoding: pair, as: UTF8.self)
            guard let equals = text.firstIndex(of: "="),
                let value = JSONReader.scalar(String(text[text.index(after: equals)...]))
            else { throw JSONReader.Problem(text: "'\(text)' is no pair such as loss=0.25") }
            let key = String(text[..<equals])
            guard !members.contains(where: { $0.key == key }) else {
                throw JSONReader.Problem(text: "the key '\(key)' stands twice")
            }
            members.append((key, value))
        }
        return members
    }

    /// Adds a row.
    mutating func append(
        _ row: [(name: String, value: Value?)]
    ) throws(JSONReader.Problem) {
        for (name, _) in row where positions[name] == nil {
            guard !Self.reserved.contains(name) else {
                throw JSONReader.Problem(
                    text: "'\(name)' is a column of the store; name it otherwise")
            }
            guard names.count < Self.mostColumns else {
                throw JSONReader.Problem(text: "there are more than \(Self.mostColumns) columns")
            }
            positions[name] = names.count
            names.append(name)
            areIntegers.append(true)
        }
        let start = cells.count
        cells.append(contentsOf: repeatElement(.nan, count: names.count))
        for (name, value) in row {
            guard let value, let position = positions[name] else { continue }
            guard let number = value.number else {
                throw JSONReader.Problem(text: "'\(name)' is \(value.description), not a number")
            }
            cells[start + position] = number
            if case .real = value { areIntegers[position] = false }
        }
        rowEnds.append(cells.count)
    }

    /// The rows as a table: `round` first, absent cells NaN.
    var trace: Trace {
        guard !names.isEmpty else { return Trace(columns: []) }
        let order =
            names.indices.filter { names[$0] == "round" }
            + names.indices.filter { names[$0] != "round" }
        var trace = Trace(
            columns: order.map { Trace.Column(names[$0], isInteger: areIntegers[$0]) })
        var start = 0
        for end in rowEnds {
            trace.append(order.map { start + $0 < end ? cells[start + $0] : .nan })
            start = end
        }
        return trace
    }
}
