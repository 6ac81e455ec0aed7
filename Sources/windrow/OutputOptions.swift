import ArgumentParser

/// Options about what is printed; every verb has them.
struct OutputOptions: ParsableArguments {
    enum Color: String, ExpressibleByArgument, CaseIterable {
        case auto, always, never
    }

    @Option(help: "Colour: auto, always or never.")
    var color: Color = .auto

    @Flag(help: "No animation and no colour, also on a terminal.")
    var plain = false

    @Flag(name: .shortAndLong, help: "Only errors and the answer.")
    var quiet = false

    @Flag(help: "The answer as JSON on standard output.")
    var json = false

    /// A console with these options.
    var console: Console { Console(color: color, isPlain: plain, isQuiet: quiet) }
}
