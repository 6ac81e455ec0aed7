/// Finds the name that somebody probably meant.
package enum Spelling {
    /// The nearest of some names, when it is near enough to be meant.
    package static func nearest(to name: String, among names: [String]) -> String? {
        guard name.utf8.count <= 100 else { return nil }
        let wanted = fold(name)
        // One letter resembles every other one.
        let limit = wanted.count == 1 ? 0 : max(1, wanted.count / 3)
        var best: (name: String, distance: Int)?
        for candidate in names where candidate.utf8.count <= 100 {
            let distance = distance(wanted, fold(candidate))
            if distance <= limit, distance < (best?.distance ?? Int.max) {
                best = (candidate, distance)
            }
        }
        return best?.name
    }

    /// `unknown key 'axis': did you mean 'axes'?`, or the names that are possible.
    ///
    /// - Parameters:
    ///   - what: what kind of name it is: `key`.
    ///   - name: the one that was written.
    ///   - names: those that there are.
    ///   - owner: what the names belong to, if it must be said: ` of shape 'box'`.
    package static func unknown(
        _ what: String, _ name: String, among names: [String], of owner: String = ""
    ) -> String {
        let shown = name.utf8.count > 60 ? name.prefix(60) + "…" : name[...]
        if let nearest = nearest(to: name, among: names) {
            return "unknown \(what) '\(shown)'\(owner): did you mean '\(nearest)'?"
        }
        if names.isEmpty { return "unknown \(what) '\(shown)'\(owner): there are none" }
        return "unknown \(what) '\(shown)'\(owner): expected \(list(names))"
    }

    /// `a, b or c`, cut short after two dozen.
    package static func list(_ names: [String]) -> String {
        if names.count > 24 {
            return names.prefix(24).joined(separator: ", ") + ", … (\(names.count) in all)"
        }
        guard let last = names.last, names.count > 1 else { return names.first ?? "nothing" }
        return names.dropLast().joined(separator: ", ") + " or " + last
    }

    /// Capitals, and the marks between words, are easily mistaken.
    private static func fold(_ name: String) -> [UInt8] {
        name.lowercased().utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }
    }

    /// Edits between two words: a byte inserted, left out, replaced, or two neighbours swapped.
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var rows = [Array(0...b.count)]
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var best = min(rows[i][j + 1], row[j]) + 1
                best = min(best, rows[i][j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    best = min(best, rows[i - 1][j - 1] + 1)
                }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
