extension Sweep {
    /// More columns than this are refused; it also bounds how deep a grid can be.
    package static let mostColumns = 1000

    /// Makes sure that a sweep from outside is one that a sweep file could have given.
    func check() throws(SweepError) {
        guard SweepName.isValid(name) else {
            throw SweepError("'\(name)' is no sweep name: \(SweepName.rule)")
        }
        guard limits.attempts >= 1, limits.maxFailures >= 1 else {
            throw SweepError("a limit is below 1")
        }
        if let timeout = limits.timeout, !(timeout > 0 && timeout <= Limits.longestTimeout) {
            throw SweepError("the timeout is not above zero")
        }
        guard placement.requires.allSatisfy(Placement.isTag) else {
            throw SweepError("a tag is none: expected \(Placement.tagRule)")
        }
        guard placement.resources.isValid else {
            throw SweepError("a resource is out of its bounds")
        }
        _ = try Grid(self)
    }

    /// Makes sure that each column is assigned once at most, and that a row has bounds.
    func checkAssignments() throws(SweepError) {
        guard columns.count <= Sweep.mostColumns else {
            throw SweepError(
                "\(columns.count) parameters; at most \(Sweep.mostColumns) are possible")
        }
        let schema = try ColumnSchema(columns)
        let known = Columns(columns)
        var assigned = Set<Int>()
        func assign(_ name: String) throws(SweepError) {
            guard let place = known.position(of: name) else {
                throw SweepError("there is no column '\(name)'")
            }
            guard assigned.insert(place).inserted else {
                throw SweepError("'\(name)' is assigned twice")
            }
        }
        for assignment in fixed {
            try assign(assignment.column)
            if case .real(let number) = assignment.value, !number.isFinite {
                throw SweepError("'\(assignment.column)' is not finite")
            }
        }
        for axis in axes {
            switch axis {
            case .column(let column): try assign(column.column)
            case .zip(let tracks):
                for track in tracks { try assign(track.column) }
            case .random(let random):
                for column in random.columns { try assign(column) }
            case .variants(let variants):
                try assign(variants.column)
                guard let place = known.position(of: variants.column) else { continue }
                let owned = Set(schema.entries[place].branches.flatMap(\.columns))
                for place in owned.sorted() { try assign(columns[place].name) }
            }
        }
    }
}

/// What a sweep may be called.
enum SweepName {
    static let rule =
        "letters, digits, '-', '_' and '.', not starting with '.' or '-', at most 100 of them"

    static func isValid(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 100,
            first != UInt8(ascii: "."), first != UInt8(ascii: "-")
        else { return false }
        return name.utf8.allSatisfy(isLetterOrDigit)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }
}

extension Limits {
    /// A hundred years in seconds.
    static let longestTimeout = 3_155_760_000.0
    /// What a duration looks like, for messages.
    static let timeoutRule = "a duration such as 500ms, 90s, 10m or 2h"
    /// Numbers that `attempts` may be.
    static let attemptBounds = 1...1000
    /// Numbers that `maxFailures` may be.
    static let failureBounds = 1...1_000_000_000
}
