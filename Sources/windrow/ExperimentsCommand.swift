import ArgumentParser
import Experiments
import SweepCore

/// `windrow experiments`: what can be swept, and which parameters it has.
struct ExperimentsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "experiments", abstract: "List experiments, or the parameters of one.")

    @Argument(help: "An experiment's name.")
    var name: String?

    @Flag(help: "Print all that a sweep file may say, as Markdown: docs/sweep-reference.md.")
    var reference = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if reference, name != nil || output.json {
            throw ValidationError("--reference prints everything, in Markdown; leave the rest out")
        }
    }

    func run() throws {
        let all = ExperimentRegistry.builtIn.map(\.description)
        if reference {
            try answer(SweepReference(experiments: all).text)
            return
        }
        guard let name else {
            if output.json {
                try answer(
                    JSONText(ExperimentReport.List(experiments: all.map(ExperimentReport.init)))
                        .text)
                return
            }
            var table = TextTable(header: ["experiment", "version", "what it does"])
            for experiment in all {
                table.append([experiment.name, "\(experiment.version)", experiment.summary])
            }
            try answer(table.text)
            return
        }
        guard let experiment = all.first(where: { $0.name == name }) else {
            output.console.complain(
                "no experiment '\(name)'; there are: " + all.map(\.name).joined(separator: ", "))
            throw ExitStatus.usage.code
        }
        try answer(output.json ? JSONText(ExperimentReport(experiment)).text : describe(experiment))
    }

    private func describe(_ experiment: ExperimentDescription) -> String {
        var text = "\(experiment.name), version \(experiment.version): \(experiment.summary)\n\n"
        var table = TextTable(header: ["parameter", "values", "unit", "default", "meaning"])
        for parameter in experiment.parameters {
            append(parameter, to: &table, indent: "")
        }
        if !table.isEmpty { text += table.text + "\n" }
        if experiment.acceptsAnyParameter {
            text += "Any other parameter may be assigned too; its text decides its type.\n"
        }
        var metrics = TextTable(header: ["metric", "unit", "meaning"])
        for metric in experiment.metrics {
            metrics.append([metric.name, metric.unit, metric.help])
        }
        if !metrics.isEmpty { text += "\n" + metrics.text }
        return text
    }

    private func append(_ parameter: Parameter, to table: inout TextTable, indent: String) {
        table.append([
            indent + parameter.name, parameter.type.summary, parameter.unit,
            parameter.fallback.summary, parameter.help,
        ])
        switch parameter.type {
        case .choice(let words):
            for word in words { table.append([indent + "  " + word.name, "", "", "", word.help]) }
        case .variant(let variants):
            for variant in variants {
                table.append([indent + "  " + variant.kind, "", "", "", variant.help])
                for inner in variant.parameters {
                    append(inner, to: &table, indent: indent + "    ")
                }
            }
        default: break
        }
    }
}
