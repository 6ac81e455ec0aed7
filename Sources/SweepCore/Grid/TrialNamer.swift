import CSodium

/// Names the trials of a grid one after another, faster than one by one.
///
/// Neighbouring trials have most of their canonical form in common: only what differs from the trial
/// before is rendered, and the hash goes on from the last block of 64 bytes before it. The names are
/// those of `Grid.id(of:)`.
package final class TrialNamer {
    /// A digit of the last index and its position.
    private struct Step: Equatable {
        var digit: Int
        var position: Int
    }

    private let grid: Grid
    /// For each column, its place in the canonical form.
    private let places: [Int]
    /// For each digit, its columns; nil where it decides what others are.
    private let tracks: [[GridLayout.Track]?]
    /// The last trial's values.
    private var row: [Value?] = []
    private var steps: [Step] = []
    private var newSteps: [Step] = []
    /// The last trial's canonical form, and where each place's part ends in it.
    private var form: [UInt8] = []
    private var ends: [Int] = []
    /// The hash before the first block of the form, before the second, and so on.
    private var states: [crypto_hash_sha256_state] = []

    /// Names trials of a grid.
    package init(_ grid: Grid) {
        self.grid = grid
        var places = [Int](repeating: 0, count: grid.columns.all.count)
        for (place, column) in grid.canonical.columnOrder.enumerated() { places[column] = place }
        self.places = places
        tracks = grid.layout.digits.map { digit in
            guard case .leaf(let tracks) = digit.content else { return nil }
            return tracks.contains { grid.isOwner($0.column) } ? nil : tracks
        }
        var start = crypto_hash_sha256_state()
        crypto_hash_sha256_init(&start)
        states = [start]
    }

    /// The name of the trial with an index in 0 ..< count.
    ///
    /// - Complexity: O(axes) and what has changed since the last call.
    package func id(at index: Int) -> TrialID {
        newSteps.removeAll(keepingCapacity: true)
        grid.walk(index) { newSteps.append(Step(digit: $0, position: $1)) }
        if !updateRow() {
            row = grid.template
            for step in newSteps { grid.layout.write(step.position, of: step.digit, into: &row) }
            renderAll()
        }
        swap(&steps, &newSteps)
        return hash()
    }

    /// Puts the values of steps that differ in place; returns false when it takes more than that.
    private func updateRow() -> Bool {
        guard steps.count == newSteps.count, !steps.isEmpty else { return false }
        for number in steps.indices {
            let (old, new) = (steps[number], newSteps[number])
            guard old != new else { continue }
            guard old.digit == new.digit, let tracks = tracks[new.digit] else { return false }
            for place in tracks.indices {
                let column = tracks[place].column
                let value = tracks[place].value(at: new.position)
                guard !row[column].isSame(as: value) else { continue }
                row[column] = value
                render(places[column])
            }
        }
        return true
    }

    private func renderAll() {
        form = grid.canonical.prefix
        states.removeLast(states.count - 1)
        ends.removeAll(keepingCapacity: true)
        for place in places.indices {
            let end = form.count
            let count = grid.canonical.render(place, of: row, into: &form, at: end..<end)
            ends.append(end + count)
        }
    }

    private func render(_ place: Int) {
        let start = place > 0 ? ends[place - 1] : grid.canonical.prefix.count
        let count = grid.canonical.render(
            place, of: row, into: &form, at: start..<ends[place])
        let growth = start + count - ends[place]
        if growth != 0 {
            for later in place..<ends.count { ends[later] += growth }
        }
        let valid = start / Self.block + 1
        if states.count > valid { states.removeLast(states.count - valid) }
    }

    private static let block = 64

    private func hash() -> TrialID {
        form.withUnsafeBufferPointer { form in
            var state = states[states.count - 1]
            while states.count * Self.block <= form.count {
                let block = form[((states.count - 1) * Self.block)...].prefix(Self.block)
                let bytes = UnsafeBufferPointer(rebasing: block)
                crypto_hash_sha256_update(&state, bytes.baseAddress, UInt64(Self.block))
                states.append(state)
            }
            let rest = UnsafeBufferPointer(rebasing: form[((states.count - 1) * Self.block)...])
            crypto_hash_sha256_update(&state, rest.baseAddress, UInt64(rest.count))
            return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { digest in
                guard let start = digest.baseAddress else { return TrialID(bits: 0) }
                crypto_hash_sha256_final(&state, start)
                return TrialID(digest: digest)
            }
        }
    }
}

extension TrialID {
    /// The name that a SHA-256 makes.
    init(digest: UnsafeMutableBufferPointer<UInt8>) {
        var bits: UInt64 = 0
        for byte in digest[..<8] { bits = bits << 8 | UInt64(byte) }
        self.init(bits: bits)
    }
}
