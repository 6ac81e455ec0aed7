import CSodium

/// The bytes that a trial is named by.
///
/// A sequence of netstrings (`length:bytes,`, the length in bytes of UTF-8, in decimal): the
/// experiment's name, its version, and then the name and the canonical text of each parameter in
/// rising order of the names' bytes. Left out are parameters that do not apply, that have no value,
/// and that equal their declared default; a variant's own parameter stands as `method.eta`.
/// `Value.canonicalText` says what the text of a value is. In Python:
///
///     def net(text):
///         data = text.encode()
///         return b"%d:%s," % (len(data), data)
///
///     form = net(experiment) + net(str(version))
///     for name in sorted(parameters):
///         form += net(name) + net(parameters[name])
///     name = "t-" + hashlib.sha256(form).hexdigest()[:16]
///
/// The lengths make the form unambiguous: no two sets of parameters have the same bytes. Nothing
/// else about a sweep is part of it, so axes can be reordered, extended and renamed around finished
/// trials.
struct CanonicalForm: Sendable {
    private struct Place: Sendable {
        let column: Int
        /// The parameter's name as a netstring.
        let name: [UInt8]
        /// The default of a column without an owner.
        let fallback: Value?
        let owner: Int
        let kinds: [ColumnSchema.Kind]
    }

    /// The experiment's name and version as netstrings.
    let prefix: [UInt8]
    /// Columns in rising order of their names.
    private let places: [Place]
    private let columnCount: Int

    init(sweep: Sweep, schema: ColumnSchema) {
        prefix =
            CanonicalForm.netstring(sweep.experiment)
            + CanonicalForm.netstring(String(sweep.experimentVersion))
        columnCount = sweep.columns.count
        places = sweep.columns.indices
            .sorted {
                sweep.columns[$0].name.utf8.lexicographicallyPrecedes(sweep.columns[$1].name.utf8)
            }
            .map { column in
                let entry = schema.entries[column]
                return Place(
                    column: column, name: CanonicalForm.netstring(sweep.columns[column].name),
                    fallback: entry.fallback, owner: entry.owner, kinds: entry.kinds)
            }
    }

    /// Columns in rising order of their names: the order of the form's parts.
    var columnOrder: [Int] { places.map(\.column) }

    /// Puts one column's part of the form of a row in the place of some bytes and returns how many
    /// it has: none where it is left out.
    func render(
        _ number: Int, of row: [Value?], into form: inout [UInt8], at range: Range<Int>
    ) -> Int {
        let place = places[number]
        guard let value = row[place.column], !isFallback(value, of: place, in: row) else {
            form.removeSubrange(range)
            return 0
        }
        var capacity = place.name.count + 48
        if case .text(let text) = value { capacity += text.utf8.count }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity) { buffer in
            var writer = ByteWriter(buffer)
            writer.append(place.name)
            writer.appendNetstring(of: value)
            let part = UnsafeMutableBufferPointer(rebasing: buffer[..<writer.count])
            if part.count == range.count {
                form.withUnsafeMutableBufferPointer { form in
                    _ = form[range.lowerBound...].update(fromContentsOf: part)
                }
            } else {
                form.replaceSubrange(range, with: part)
            }
            return part.count
        }
    }

    private func isFallback(_ value: Value, of place: Place, in row: [Value?]) -> Bool {
        fallback(of: place, in: row).map { $0.isSame(as: value) } ?? false
    }

    private static func netstring(_ text: String) -> [UInt8] {
        Array("\(text.utf8.count):\(text),".utf8)
    }

    /// The first eight bytes of the SHA-256 of the form of a row.
    func id(of row: [Value?]) -> TrialID {
        guard row.count == columnCount else {
            preconditionFailure("a row has one cell for each column")
        }
        // Almost every form fits; a long text is given what it needs.
        if let id = id(of: row, capacity: 1024) { return id }
        var needed = prefix.count
        for place in places {
            needed += place.name.count + 48
            if case .text(let text)? = row[place.column] { needed += text.utf8.count }
        }
        return id(of: row, capacity: needed) ?? TrialID(bits: 0)
    }

    /// The form of a row, for those who want to see it.
    func bytes(of row: [Value?]) -> [UInt8] {
        var capacity = 1024
        while true {
            let bytes = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity) {
                buffer -> [UInt8]? in
                guard let count = write(row, to: buffer) else { return nil }
                return Array(buffer[..<count])
            }
            if let bytes { return bytes }
            capacity *= 2
        }
    }

    private func id(of row: [Value?], capacity: Int) -> TrialID? {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity) { buffer in
            guard let count = write(row, to: buffer), let base = buffer.baseAddress else {
                return nil
            }
            return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { hash in
                guard let digest = hash.baseAddress else { return nil }
                crypto_hash_sha256(digest, base, UInt64(count))
                return TrialID(digest: hash)
            }
        }
    }

    /// How many bytes were written; nil when they do not fit.
    private func write(_ row: [Value?], to buffer: UnsafeMutableBufferPointer<UInt8>) -> Int? {
        var writer = ByteWriter(buffer)
        writer.append(prefix)
        for place in places {
            guard let value = row[place.column] else { continue }
            if isFallback(value, of: place, in: row) { continue }
            writer.append(place.name)
            writer.appendNetstring(of: value)
        }
        return writer.fits ? writer.count : nil
    }

    private func fallback(of place: Place, in row: [Value?]) -> Value? {
        guard place.owner >= 0 else { return place.fallback }
        guard case .text(let name)? = row[place.owner] else { return nil }
        for kind in place.kinds where kind.name == name { return kind.fallback }
        return nil
    }
}

/// Writes netstrings into memory of a fixed size; what does not fit is counted only.
private struct ByteWriter {
    private let buffer: UnsafeMutableBufferPointer<UInt8>
    private(set) var count = 0

    init(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
        self.buffer = buffer
    }

    var fits: Bool { count <= buffer.count }

    private mutating func append(_ byte: UInt8) {
        if count < buffer.count { buffer[count] = byte }
        count += 1
    }

    mutating func append(_ bytes: [UInt8]) {
        if count + bytes.count <= buffer.count {
            _ = buffer[count...].update(fromContentsOf: bytes)
        }
        count += bytes.count
    }

    mutating func appendNetstring(of value: Value) {
        switch value {
        case .integer(let number): append(number)
        case .real(let number):
            if let whole = Value.whole(number) { append(whole) } else { append(value.description) }
        case .text(let text): append(text)
        case .flag(let flag): append(flag ? "true" : "false")
        }
    }

    private mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            appendDigits(UInt64(bytes.count))
            append(UInt8(ascii: ":"))
            if count + bytes.count <= buffer.count {
                _ = buffer[count...].update(fromContentsOf: bytes)
            }
            count += bytes.count
        }
        append(UInt8(ascii: ","))
    }

    private mutating func append(_ number: Int64) {
        let size = number.magnitude
        appendDigits(UInt64(ByteWriter.digits(of: size) + (number < 0 ? 1 : 0)))
        append(UInt8(ascii: ":"))
        if number < 0 { append(UInt8(ascii: "-")) }
        appendDigits(size)
        append(UInt8(ascii: ","))
    }

    private mutating func appendDigits(_ number: UInt64) {
        let digits = ByteWriter.digits(of: number)
        if count + digits <= buffer.count {
            var rest = number
            for place in (0..<digits).reversed() {
                buffer[count + place] = UInt8(48 + rest % 10)
                rest /= 10
            }
        }
        count += digits
    }

    private static func digits(of number: UInt64) -> Int {
        var digits = 1
        var rest = number / 10
        while rest > 0 {
            digits += 1
            rest /= 10
        }
        return digits
    }
}
