import Foundation
import SweepCore
import Testing

@testable import SweepAnswers
@testable import SweepStore

@Suite struct FigureTests {
    static let text = """
        sweep: s
        experiment: distributed-sgd
        metric: {name: loss, goal: minimize}
        fixed: {problem: least-squares, dimension: 20}
        axes:
          method: [ec, ef21]
          clients: [2, 4, 8]
          step-size: [0.1, 0.2, 0.4]
          seed: {range: [0, 3]}
        """

    /// Step size 0.2 is best for ec; for ef21 0.4 diverges.
    static func loss(_ trial: Trial) -> Double? {
        let step = trial["step-size"]?.number ?? 0
        let seed = trial["seed"]?.number ?? 0
        if trial["method"] == .text("ef21"), step > 0.3 { return nil }
        let level = step == 0.2 ? 1e-3 : 1e-1
        return level * pow(10, seed - 1)
    }

    /// Falls to the final loss in 1024/n rounds of the best setting, logged every second one.
    static func trace(_ trial: Trial) -> Trace {
        var trace = Trace(columns: [
            .init("round", isInteger: true), .init("bits_up", isInteger: true), .init("loss"),
        ])
        let clients = trial["clients"]?.number ?? 1
        let slow = trial["step-size"]?.number == 0.2 ? 1.0 : 3.0
        for round in stride(from: 0.0, through: 1600, by: 2) {
            let isThere = round >= 1024 / clients * slow
            trace.append([round, round * clients * 32, isThere ? (loss(trial) ?? .infinity) : 1])
        }
        return trace
    }

    private func maker(
        _ fixture: AnswerFixture, _ request: PlotRequest, facets: [String]? = nil
    ) throws -> FigureMaker {
        let observations = try fixture.observations()
        return try FigureMaker(
            observations,
            roles: ColumnRoles(observations.factors, per: nil, tune: nil, over: nil),
            facets: facets.map { $0.compactMap { observations.factor($0) } },
            goal: MetricGoal(name: "loss", goal: .minimize), request: request,
            traces: try StoreTraces(fixture.folder), units: ["bits_up": "bit"], sweep: fixture.sweep
        )
    }

    @Test(arguments: [false, true])
    func `lines stand in the order of the sweep file, whatever finished first`(
        isReversed: Bool
    ) throws {
        let text = Self.text.replacing("[ec, ef21]", with: "[ef21, ec, ec-ideal]")
        let fixture = try AnswerFixture(text, isReversed: isReversed, outcome: Self.loss)
        let maker = try maker(fixture, PlotRequest(.sensitivity), facets: ["clients"])
        let method = try #require(maker.observations.factor("method"))
        let place = try #require(maker.by.firstIndex(of: method))
        let words = maker.series().map {
            maker.observations.factors[method].levels[$0[place]].text
        }
        #expect(words == ["ef21", "ec", "ec-ideal"])
    }

    private func curves(_ figure: Figure) -> [(points: [Figure.Point], style: Figure.Style)] {
        figure.panels.flatMap(\.layers).compactMap { layer in
            if case .curve(let points, let style, _, _) = layer { (points, style) } else { nil }
        }
    }

    @Test func `a curve is the geometric mean over seeds at the best setting, with its band`()
        throws
    {
        let fixture = try AnswerFixture(Self.text, trace: Self.trace, outcome: Self.loss)
        let figure = try maker(fixture, PlotRequest(.rounds)).figure()
        #expect(figure.panels.count == 1)
        #expect(figure.legend.count == 6)
        #expect(figure.legend.allSatisfy { $0.label.contains("step-size = 0.2") })
        #expect(figure.panels[0].y.isLogarithmic)
        for curve in curves(figure) {
            let last = try #require(curve.points.last)
            #expect(last.x == 1600)
            #expect(abs(last.y / 1e-3 - 1) < 1e-9)
            #expect(abs(last.low / 1e-4 - 1) < 1e-9)
            #expect(abs(last.high / 1e-2 - 1) < 1e-9)
            #expect(curve.points.count <= 400)
        }
        var plain = PlotRequest(.bits)
        plain.logarithmic = []
        let linear = try maker(fixture, plain).figure()
        let mean = try #require(curves(linear).first?.points.last)
        #expect(abs(mean.y - (1e-4 + 1e-3 + 1e-2) / 3) < 1e-12)
        #expect(linear.panels[0].x.label == "bits up [bit]")
    }

    @Test func `only rounds that all seeds have with finite numbers are drawn`() {
        let whole = [[0.0, 0, 1], [1, 2, 3], [2, 4, 5]]
        let broken = [[0.0, 0, 3], [1, 4, .infinity]]
        let rounds = FigureMaker.aligned([whole, broken])
        #expect(rounds.map(\.x) == [0])
        #expect(rounds.map(\.ys) == [[1, 3]])
        #expect(FigureMaker.aligned([whole, [[1, 4, 5]]]).map(\.x) == [3])
    }

    @Test func `the speed-up of a method that needs 1024/n rounds is linear`() throws {
        let fixture = try AnswerFixture(Self.text, trace: Self.trace, outcome: Self.loss)
        let figure = try maker(fixture, PlotRequest(.speedup)).figure()
        let found = curves(figure).filter { $0.style != .reference }
        #expect(found.count == 2)
        for curve in found {
            #expect(curve.points.map(\.x) == [2, 4, 8])
            #expect(curve.points.map(\.y) == [1, 2, 4])
        }
        var hard = PlotRequest(.speedup)
        hard.target = 1e-9
        #expect(throws: FigureMaker.Problem.self) { try maker(fixture, hard).figure() }
        hard.target = 2
        #expect(throws: FigureMaker.Problem.self) { try maker(fixture, hard).figure() }
    }

    @Test func `sensitivity marks the values at which a method diverged`() throws {
        let fixture = try AnswerFixture(Self.text, outcome: Self.loss)
        let figure = try maker(fixture, PlotRequest(.sensitivity), facets: ["clients"]).figure()
        #expect(figure.panels.map(\.title) == ["clients = 2", "clients = 4", "clients = 8"])
        #expect(figure.legend.map(\.label) == ["ec", "ef21", "diverged"])
        for panel in figure.panels {
            let marks = panel.layers.compactMap { layer -> [Double]? in
                if case .marks(let points, .diverged, _) = layer { points.map(\.x) } else { nil }
            }
            #expect(marks == [[0.4]])
            let lines = panel.layers.compactMap { layer -> [Double]? in
                if case .curve(let points, _, _, _) = layer { points.map(\.x) } else { nil }
            }
            #expect(lines == [[0.1, 0.2, 0.4], [0.1, 0.2]])
        }
    }

    @Test func `a heat map has a cell for each pair, grey where everything diverged`() throws {
        let fixture = try AnswerFixture(Self.text, outcome: Self.loss)
        var request = PlotRequest(.heatmap)
        request.x = "step-size"
        request.y = "method"
        let figure = try maker(fixture, request).figure()
        var cells: [(x: Double, y: Double, z: Double)] = []
        var blanks: [(x: Double, y: Double)] = []
        for case .cells(let found) in figure.panels[0].layers { cells += found }
        for case .blanks(let found) in figure.panels[0].layers { blanks += found }
        #expect(cells.count == 5)
        #expect(blanks.count == 1)
        #expect(blanks.first?.x == 2 && blanks.first?.y == 1)
        let best = cells.min { $0.z < $1.z }
        #expect(best?.x == 1)
        request.y = "step-size"
        #expect(throws: FigureMaker.Problem.self) { try maker(fixture, request).figure() }
    }

    @Test func `best values and parallel coordinates show every combination`() throws {
        let fixture = try AnswerFixture(Self.text, outcome: Self.loss)
        let best = try maker(fixture, PlotRequest(.best)).figure()
        #expect(best.panels[0].y.ticks?.count == 6)
        #expect(best.panels[0].remarks.count == 7)
        let parallel = try maker(fixture, PlotRequest(.parallel)).figure()
        var paths = 0
        for case .paths(let found) in parallel.panels[0].layers { paths += found.count }
        #expect(paths == 15)
        #expect(parallel.notes.contains { $0.contains("3 diverged") })
    }

    @Test func `no two series of a picture agree in marker and dash`() throws {
        let series = (0..<FigureMaker.mostSeries).map { "m\($0)" }
        let styles = Set(series.indices.map { GnuplotScript.markers[$0] })
        #expect(styles.count == series.count)
        // Colours of different brightness, and a palette that only gets brighter.
        func brightness(_ color: String) -> Double {
            let number = Int(color.dropFirst(), radix: 16) ?? 0
            return 0.2126 * Double(number >> 16) + 0.7152 * Double(number >> 8 & 255)
                + 0.0722 * Double(number & 255)
        }
        let palette = GnuplotScript.palette.map { brightness($0.1) }
        #expect(zip(palette, palette.dropFirst()).allSatisfy { $0 < $1 })
        #expect(Set(GnuplotScript.colors).count == 7)
    }

    @Test func `words from outside stay within their quotes`() throws {
        #expect(GnuplotScript.quoted("it's `rm` \"x\" $y @z\n") == "'it''s `rm` \"x\" $y @z '")
        var figure = Figure()
        figure.title = "a'\nsystem('x')"
        figure.panels = [
            Figure.Panel(
                x: Figure.Scale(label: "x", range: 0...1),
                y: Figure.Scale(label: "y", range: 0...1),
                layers: [
                    .curve(
                        [Figure.Point(0, 1)], .series(color: 0, marker: 0, dash: 0), stride: 1,
                        offset: 0)
                ])
        ]
        let script = GnuplotScript(figure, name: "n", format: .svg, comment: ["a\nsystem 'x'"])
        #expect(script.script.contains("'a'' system(''x'')'"))
        #expect(!script.script.split(separator: "\n").contains { $0.hasPrefix("system") })
    }

    @Test func `ticks and scales fit their numbers`() throws {
        #expect(Figure.Scale.text(0.00215443469003188) == "0.00215")
        #expect(Figure.Scale.text(-1500) == "−1500")
        #expect(Figure.Scale.text(123456) == "1.23e5")
        #expect(Figure.Scale.text(9.999e-5) == "1e-4")
        #expect(Figure.Scale.text(0) == "0")
        let log = try #require(
            Figure.Scale.fitting([0.2, 0.7], label: "", isLogarithmic: true))
        #expect(
            log.ticks?.map(\.text) == ["0.2", "0.3", "0.5", "0.7"] || (log.ticks?.count ?? 0) >= 3)
        #expect(Figure.Scale.fitting([.nan], label: "", isLogarithmic: false) == nil)
        #expect(Figure.Scale.fitting([-1, 0], label: "", isLogarithmic: true) == nil)
        let bits = try #require(
            Figure.Scale.fitting([0, 4.5e6], label: "", isLogarithmic: false)
        ).withPrefixes()
        #expect(bits.ticks?.map(\.text) == ["0", "1 M", "2 M", "3 M", "4 M"])
    }
}
