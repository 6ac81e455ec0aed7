extension Sweep {
    /// Reads a sweep file.
    ///
    /// - Parameters:
    ///   - text: the file's text.
    ///   - file: its name as the user gave it, for messages.
    ///   - directory: absolute path of its folder.
    ///   - overrides: `NAME=VALUE` from the command line.
    ///   - experiments: what `experiment:` may name.
    package static func read(
        text: String, file: String, directory: String, overrides: [String],
        experiments: [ExperimentDescription]
    ) throws(SweepFileError) -> Sweep {
        let reader = SweepReader(experiments: experiments)
        var root: YAMLTree?
        var parsed: [Override] = []
        do throws(YAMLProblem) {
            // A byte order mark is no part of the text.
            let start =
                text.unicodeScalars.first == "\u{FEFF}"
                ? String(text.unicodeScalars.dropFirst()) : text
            root = try YAMLTree.parse(start)
        } catch {
            reader.report(error.place, error.text)
        }
        for override in overrides {
            do throws(YAMLProblem) {
                parsed.append(try Override(override))
            } catch {
                reader.report(error.place, error.text)
            }
        }
        if let root, reader.problems.isEmpty,
            let sweep = reader.sweep(root, directory: directory, overrides: parsed),
            reader.problems.isEmpty
        {
            return sweep
        }
        throw SweepFileError(file: file, reader.problems)
    }

    /// Reads a sweep file's bytes, which must be UTF-8.
    package static func read(
        bytes: [UInt8], file: String, directory: String, overrides: [String],
        experiments: [ExperimentDescription]
    ) throws(SweepFileError) -> Sweep {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SweepFileError(file: file, [Sweep.notUTF8(bytes)])
        }
        return try read(
            text: text, file: file, directory: directory, overrides: overrides,
            experiments: experiments)
    }

    /// Finds the line on which the text stops being UTF-8.
    private static func notUTF8(_ bytes: [UInt8]) -> SweepFileError.Problem {
        var line = 1
        for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if String(validating: part, as: UTF8.self) == nil { break }
            line += 1
        }
        return SweepFileError.Problem(
            place: .file(line: line, column: 1),
            text: "this line is not UTF-8 text; save the file as UTF-8")
    }
}
