import SweepCore

/// What each factor of a sweep is to a question: compared, tuned, or averaged over.
package struct ColumnRoles: Sendable, Hashable {
    /// Each combination of these is a row of the answer.
    package var compared: [Int] = []
    /// The best combination of these is looked for, for each row.
    package var tuned: [Int] = []
    /// Means are taken over these: repetitions, such as seeds.
    package var averaged: [Int] = []

    /// Factors that no flag names and that are compared nevertheless, since other flags name
    /// others.
    package private(set) var unasked: [Int] = []

    /// Settles the roles of all factors.
    ///
    /// A factor with one value plays no part unless it is named. Without any name, real numbers are tuned, `seed` is averaged over, and the rest is compared.
    /// What is left when only `per` is given is tuned; in all other cases it is compared, so that
    /// no mean mixes what is different.
    ///
    /// - Parameters:
    ///   - factors: all of them, in order.
    ///   - per: factors by position, as asked for; nil: not said.
    ///   - tune: factors by position, as asked for; nil: not said.
    ///   - over: factors by position, as asked for; nil: not said.
    package init(
        _ factors: [Observations.Factor], per: [Int]?, tune: [Int]?, over: [Int]?
    ) {
        let named = Set((per ?? []) + (tune ?? []) + (over ?? []))
        averaged =
            over ?? factors.indices.filter { !named.contains($0) && Self.isSeed(factors[$0]) }
        var rest = factors.indices.filter {
            !named.contains($0) && !averaged.contains($0) && factors[$0].tellsApart
        }
        compared = per ?? []
        tuned = tune ?? []
        if tune == nil {
            let chosen = rest.filter { per != nil || factors[$0].isReal && factors[$0].isOnAxis }
            tuned = chosen
            rest.removeAll { chosen.contains($0) }
        }
        if per != nil || tune != nil {
            unasked = per == nil ? [] : rest
        }
        compared += rest
    }

    /// Whether a parameter only repeats a trial.
    package static func isSeed(_ factor: Observations.Factor) -> Bool {
        factor.name == "seed" || factor.name.hasSuffix("-seed") || factor.name.hasSuffix("_seed")
    }
}
