/// One line of a LIBSVM file: `label index:value index:value … # comment`.
enum LIBSVMReader {
    /// Reads a line that has something on it.
    static func read(
        _ line: LineScanner, path: String, line number: Int, into rows: inout RowBuilder
    ) throws(DataError) {
        var scanner = line
        func fault(_ reason: DataError.Reason, at position: Int) -> DataError {
            DataError(reason, path: path, line: number, column: position + 1)
        }
        if scanner.peek == hash { return }
        let labelStart = scanner.position
        let label: Double
        switch scanner.number() {
        case .finite(let value) where endsWord(scanner): label = value
        case .infinite:
            throw fault(.notFinite(scanner.word(from: labelStart)), at: labelStart)
        case .finite, .none:
            throw fault(
                .notANumber(scanner.word(from: labelStart), expected: "a label"), at: labelStart)
        }
        var previous = 0
        while true {
            scanner.skipBlanks()
            guard let byte = scanner.peek, byte != hash else { break }
            let start = scanner.position
            guard let index = scanner.index(), index > 0 else {
                throw fault(.badIndex(scanner.word(from: start)), at: start)
            }
            guard scanner.skip(colon) else {
                throw fault(.notAPair(scanner.word(from: start)), at: start)
            }
            guard index <= DataReader.indexLimit else {
                throw fault(
                    .indexTooLarge(scanner.word(from: start), limit: DataReader.indexLimit),
                    at: start)
            }
            guard index > previous else {
                throw fault(.indexNotAscending(index, previous: previous), at: start)
            }
            let valueStart = scanner.position
            switch scanner.number() {
            case .finite(let value) where endsWord(scanner):
                rows.append(value, column: index - 1)
            case .infinite:
                throw fault(.notFinite(scanner.word(from: valueStart)), at: valueStart)
            case .finite, .none:
                throw fault(
                    .notANumber(scanner.word(from: valueStart), expected: "a value"),
                    at: valueStart)
            }
            previous = index
        }
        try rows.endRow(label: label, line: number, column: labelStart + 1)
    }

    private static func endsWord(_ scanner: LineScanner) -> Bool {
        guard let byte = scanner.peek else { return true }
        return byte == 32 || byte == 9 || byte == hash
    }

    private static let hash: UInt8 = 35
    private static let colon: UInt8 = 58
}
