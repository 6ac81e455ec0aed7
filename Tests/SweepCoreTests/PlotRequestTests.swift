import Testing

@testable import SweepCore

@Suite struct PlotRequestTests {
    private func text(_ plots: String) -> String {
        """
        sweep: s
        experiment: distributed-sgd
        fixed: {step-size: 0.1}
        axes: {method: [ec, ef21], seed: [1, 2]}
        plots: \(plots)
        """
    }

    @Test func `the section's pictures are read, and no trial depends on them`() throws {
        let sweep = try Catalogue.read(
            text(
                """

                  - rounds
                  - kind: heatmap
                    name: map-1
                    title: A map
                    by: method
                    facet: [method, seed]
                    tune: step-size
                    over: [seed]
                    x: step-size
                    y: method
                    metric: loss
                    where: seed=1
                    log: [x, y]
                  - {kind: speedup, target: 1e-3, log: none}
                """))
        var map = PlotRequest(.heatmap)
        map.name = "map-1"
        map.title = "A map"
        map.by = ["method"]
        map.facet = ["method", "seed"]
        map.tune = ["step-size"]
        map.over = ["seed"]
        map.x = "step-size"
        map.y = "method"
        map.metric = "loss"
        map.condition = "seed=1"
        map.logarithmic = [.x, .y]
        var speedUp = PlotRequest(.speedup)
        speedUp.target = 1e-3
        speedUp.logarithmic = []
        #expect(sweep.plots == [PlotRequest(.rounds), map, speedUp])
        #expect(sweep.json() == (try Catalogue.read(text("[]"))).json())
    }

    @Test(arguments: [
        ("[round]", "5:9: unknown kind of picture 'round': did you mean 'rounds'?"),
        ("rounds", "5:8: expected a list of pictures"),
        ("[{x: seed}]", "5:9: the picture has no kind"),
        ("[{kind: bits, bye: seed}]", "5:22: unknown key 'bye' of a picture: did you mean 'by'?"),
        ("[{kind: bits, by: sed}]", "5:26: unknown parameter 'sed': did you mean 'seed'?"),
        ("[{kind: bits, by: [seed, seed]}]", "5:33: 'seed' stands twice"),
        ("[{kind: bits, metric: los}]", "5:30: unknown metric 'los': did you mean 'loss'?"),
        ("[{kind: bits, log: z}]", "5:27: expected x, y, [x, y] or none"),
        ("[{kind: bits, target: many}]", "5:30: expected a number"),
        ("[{kind: bits, name: a/b}]", "5:28: "),
        ("[{kind: bits, name: a}, {kind: best, name: a}]", "another picture is named 'a'"),
        ("[{kind: bits, x: []}]", "5:25: expected a text"),
    ]) func `a wrong picture is told with its place`(plots: String, message: String) throws {
        let error = #expect(throws: SweepFileError.self) { try Catalogue.read(text(plots)) }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }
}
