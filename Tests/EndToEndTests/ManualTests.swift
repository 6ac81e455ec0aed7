import Foundation
import Glibc
import Testing

/// The manual pages that `scripts/man` makes of what the program says of itself.
@Suite("The manual")
struct ManualTests {
    /// The pages, as they were made for this program, by their file names.
    private static func pages(in windrow: Windrow) throws -> [String: String] {
        let output = try windrow.shell(
            "SOURCE_DATE_EPOCH=86400 '\(Windrow.package)/scripts/man' '\(Windrow.program)' man")
        #expect(output.code == 0, "\(output.err)")
        let folder = windrow.folder.path + "/man/"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        return try names.reduce(into: [:]) {
            $0[$1] = try String(contentsOfFile: folder + $1, encoding: .utf8)
        }
    }

    private static func isThere(_ program: String) -> Bool {
        (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":").contains {
            access($0 + "/" + program, X_OK) == 0
        }
    }

    @Test("each verb, and each group of verbs, has a page with all its options")
    func complete() throws {
        let windrow = try Windrow()
        let pages = try Self.pages(in: windrow)
        let leaves = try Help.leaves()
        // A verb of two words has a group above it.
        let verbs = Set(leaves + leaves.map { Array($0.dropLast()) } + [[]])
        #expect(
            Set(pages.keys) == Set(verbs.map { (["windrow"] + $0).joined(separator: "-") + ".1" }))
        for verb in leaves {
            let name = (["windrow"] + verb).joined(separator: "-")
            let page = try #require(pages[name + ".1"])
            let text = page.replacing("\\-", with: "-")
            #expect(Help.options(in: text) == Help.options(in: try Help.text(verb)), "\(name)")
            #expect(text.contains(".SH NAME\n\(name) \\- ") || text.contains("\n\(name) - "))
            #expect(page.contains(" 1970-01-02 "), "\(name): the date that was asked for")
            let group = (["windrow"] + verb.dropLast()).joined(separator: "-") + ".1"
            #expect(
                pages[group]?.contains(
                    "\\fB\(name.replacing("-", with: "\\-"))\\fR(1)") == true, "\(group): \(name)")
        }
    }

    @Test("exit codes have a section of their own")
    func exitCodes() throws {
        let windrow = try Windrow()
        let page = try #require(try Self.pages(in: windrow)["windrow-wait.1"])
        let section = try #require(page.components(separatedBy: ".SH EXIT STATUS\n").last)
        for code in [0, 3, 64, 69, 75] {
            #expect(section.contains("\\fB\(code)\\fR\n"), "\(code): \(section)")
        }
        #expect(!page.contains("Exit codes"))
    }

    @Test(
        "groff and mandoc find nothing to complain about",
        .enabled(if: isThere("groff") || isThere("mandoc"), "neither is installed"))
    func sound() throws {
        let windrow = try Windrow()
        _ = try Self.pages(in: windrow)
        if Self.isThere("groff") {
            // A misspelt request is found, so that no complaint means something.
            let wrong = try windrow.shell("echo .XYZ | groff -ww -z -man -Tutf8")
            #expect(wrong.err.contains("XYZ"), "\(wrong.err)")
            let output = try windrow.shell("groff -ww -z -man -Tutf8 man/*.1")
            #expect(output.code == 0 && output.err.isEmpty, "\(output.err)")
        }
        if Self.isThere("mandoc") {
            let output = try windrow.shell("mandoc -Tlint -Wwarning man/*.1")
            #expect(output.code == 0, "\(output.out)\(output.err)")
        }
    }

    @Test("a program that does not describe itself is refused")
    func refusal() throws {
        let windrow = try Windrow()
        let output = try windrow.shell("'\(Windrow.package)/scripts/man' /bin/echo man")
        #expect(output.code == 1)
        #expect(output.err.contains("/bin/echo: expected windrow"), "\(output.err)")
    }
}
