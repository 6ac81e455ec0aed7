import SweepCore

extension FigureMaker {
    /// One axis of a heat map: factors whose combinations are its places.
    private struct Places {
        var factors: [Int]
        /// The levels at each place.
        var levels: [[Int]]
        var words: [String]
        var label: String
    }

    /// The metric as a colour over two parameters: the mean over seeds, at the best of what is left.
    func heatMap() throws -> Figure {
        let x = try places(request.x, "--x", except: [], prefersTuned: true)
        let y = try places(request.y, "--y", except: x.factors, prefersTuned: false)
        guard x.levels.count <= 200, y.levels.count <= 200 else {
            throw Problem(
                "a heat map of \(x.levels.count) × \(y.levels.count) cells; at most 200 × 200")
        }
        var cells: [[Int]: [Int: (mean: Double?, z: Double?)]] = [:]
        for group in groups {
            let facet = levels(group, facets)
            for setting in group.settings {
                guard let row = setting.rows.first,
                    let column = x.levels.firstIndex(of: levels(row, x.factors)),
                    let line = y.levels.firstIndex(of: levels(row, y.factors))
                else { continue }
                let mean = setting.summary(observations, measure: measure)?.mean
                let place = line * x.levels.count + column
                let known = cells[facet]?[place]
                if known == nil
                    || BestTable.precedes(mean, known?.mean ?? nil, goal.goal) == true
                {
                    cells[facet, default: [:]][place] = (mean, mean)
                }
            }
        }
        let numbers = cells.values.flatMap(\.values).compactMap(\.z)
        let top = ceiling(numbers)
        guard let low = numbers.min(), let high = numbers.filter({ $0 <= top }).max() else {
            throw Problem("no setting has a finite mean of '\(goal.name)'")
        }
        let isLogarithmic = low > 0 && high / low >= 30
        var figure = Figure()
        figure.colors = Figure.Scale.fitting(
            numbers.filter { $0 <= top }, label: meanLabel(goal.name),
            isLogarithmic: isLogarithmic)
        figure.colors?.range = low < high ? low...high : (low - 0.5)...(high + 0.5)
        figure.hasReversedColors = goal.goal == .maximize
        func share(_ z: Double) -> Double {
            guard low < high else { return 0.5 }
            return isLogarithmic
                ? logarithm(z / low) / logarithm(high / low) : (z - low) / (high - low)
        }
        figure.notes += noteOnCeiling(numbers, top)
        let isCrowded =
            x.levels.count > 7 || numbers.contains { Figure.Scale.text($0).count > 6 }
        let digits = isCrowded ? 2 : 3
        func isDark(_ z: Double) -> Bool {
            figure.hasReversedColors ? share(z) > 0.45 : share(z) < 0.55
        }
        let hasWords = x.levels.count * y.levels.count <= 120 && x.levels.count <= 12
        for facet in panels {
            let mine = cells[facet] ?? [:]
            func point(_ place: Int) -> (x: Double, y: Double) {
                (Double(place % x.levels.count), Double(place / x.levels.count))
            }
            let sorted = mine.sorted { $0.key < $1.key }
            let full = sorted.compactMap { place, cell in
                cell.z.map { (x: point(place).x, y: point(place).y, z: $0) }
            }
            let blank = sorted.filter { $0.value.z == nil }.map { point($0.key) }
            var panel = Figure.Panel(
                title: title(facet), x: Figure.Scale.words(x.words, label: x.label),
                y: Figure.Scale.words(y.words, label: y.label))
            panel.layers = [.cells(full), .blanks(blank)].filter { layer in
                switch layer {
                case .cells(let cells): !cells.isEmpty
                case .blanks(let blanks): !blanks.isEmpty
                default: true
                }
            }
            if hasWords {
                panel.layers.append(
                    .words(
                        full.map {
                            (
                                $0.x, $0.y,
                                $0.z > top ? "≫" : Figure.Scale.text($0.z, digits: digits),
                                .center, isDark($0.z)
                            )
                        } + blank.map { ($0.x, $0.y, "div.", .center, false) }))
            }
            figure.panels.append(panel)
        }
        if cells.values.contains(where: { $0.values.contains { $0.z == nil } }) {
            figure.notes.append("Grey: every trial or a seed of each setting diverged.")
        }
        return figure
    }

    private func levels(_ row: Int, _ factors: [Int]) -> [Int] {
        factors.map { observations.place(row, $0) }
    }

    /// The factors along an axis: the one that is asked for, or a tuned number, or the first
    /// parameter with its kinds' parameters.
    private func places(
        _ name: String?, _ flag: String, except taken: [Int], prefersTuned: Bool
    ) throws(Problem) -> Places {
        var factors: [Int] = []
        if let name {
            guard let factor = observations.factor(name) else {
                throw Problem("\(flag): '\(name)' does not differ between trials")
            }
            guard !taken.contains(factor) else {
                throw Problem("'\(name)' lies along both axes; name another one with \(flag)")
            }
            factors = [factor]
        } else {
            let free = (roles.tuned + by).filter { !taken.contains($0) }
            let numbers = roles.tuned.filter {
                free.contains($0) && observations.factors[$0].isNumeric
            }.sorted {
                observations.factors[$0].levels.count > observations.factors[$1].levels.count
            }
            let roots = Self.roots(free, observations.factors)
            if prefersTuned, let first = numbers.first {
                factors = [first]
            } else {
                let sized = roots.map { root in
                    (root, Set((0..<observations.count).map { levels($0, root) }).count)
                }
                factors = sized.max { $0.1 < $1.1 }?.0 ?? []
            }
        }
        guard !factors.isEmpty else {
            throw Problem("a heat map needs two parameters that differ; name one with \(flag)")
        }
        let found = distinct((0..<observations.count).map { levels($0, factors) }).sorted {
            zip($0, factors).map { ranks[$1][$0] }.lexicographicallyPrecedes(
                zip($1, factors).map { ranks[$1][$0] })
        }
        let isSingle = factors.count == 1
        let words = found.map { places in
            isSingle
                ? shown(
                    observations.factors[factors[0]].levels[places[0]],
                    digits: found.count > 7 ? 2 : 3)
                : self.words(places, of: factors)
        }
        let label =
            isSingle
            ? self.label(observations.factors[factors[0]].name)
            : String(observations.factors[factors[0]].name.prefix { $0 != "." })
        return Places(factors: factors, levels: found, words: words, label: label)
    }
}
