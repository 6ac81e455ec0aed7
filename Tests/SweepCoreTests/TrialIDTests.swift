import Testing

@testable import SweepCore

@Suite struct TrialIDTests {
    /// Worked out with Python's hashlib by the recipe in `docs/sweep-files.md`.
    @Test(arguments: [
        ("fixed: {}", "t-df4e139cd6237e16"),
        ("fixed: {a: 7, x: 1e-5, text: grün, flag: true}", "t-17ade58364c752b7"),
        ("fixed: {x: 3.0, shape: {kind: box, w: 2, h: 5}}", "t-c48b3972bd2053e4"),
        ("fixed: {words: [sh, -c, 'echo \"hi\"'], x: -1.5e300}", "t-a87b486b37bf7110"),
    ])
    func `names are those of the documented recipe`(body: String, name: String) throws {
        let grid = try Catalogue.grid(body)
        #expect(grid.id(of: grid.trial(at: 0)).description == name)
    }

    @Test func `a default of a kind is left out under that kind only`() throws {
        func name(_ shape: String) throws -> TrialID {
            let grid = try Catalogue.grid("fixed: {shape: \(shape)}")
            return grid.id(of: grid.trial(at: 0))
        }
        #expect(try name("circle") == name("{kind: circle, r: 1.0}"))
        #expect(try name("{kind: box, r: 1}") != name("{kind: box, r: 0}"))
        #expect(try name("box") == name("{kind: box, r: 0, w: 2}"))
        #expect(try name("box") != name("circle"))
    }

    @Test func `a name reads back, and nothing else is a name`() {
        let id = TrialID(bits: 0x00ab_cdef_0123_4567)
        #expect(id.description == "t-00abcdef01234567")
        #expect(TrialID("t-00abcdef01234567") == id)
        for text in [
            "", "t-", "t-00ABCDEF01234567", "t-00abcdef0123456", "t-00abcdef012345678",
            "x-00abcdef01234567", "t_00abcdef01234567", "t-00abcdef0123456g", "t-00abcdef0123456é",
        ] {
            #expect(TrialID(text) == nil)
        }
    }

    @Test func `long texts are part of the name to the last byte`() throws {
        func name(_ text: String) throws -> TrialID {
            let grid = try Catalogue.grid("fixed: {text: \(text)}")
            return grid.id(of: grid.trial(at: 0))
        }
        let long = String(repeating: "x", count: 4000)
        #expect(try name(long + "a") != name(long + "b"))
        #expect(try name(long + "a") == name(long + "a"))
    }

    @Test func `values that look alike in other types have one text`() {
        #expect(Value.real(1).canonicalText == "1")
        #expect(Value.real(-0.0).canonicalText == "0")
        #expect(Value.real(0.1).canonicalText == "0.1")
        #expect(Value.real(1e22).canonicalText == "1e+22")
        #expect(Value.real(9_007_199_254_740_994).canonicalText == "9007199254740994")
        #expect(Value.real(1e16).canonicalText == "1e+16")
        #expect(Value.real(1).isSame(as: .integer(1)))
        #expect(Value.text("1").isSame(as: .integer(1)))
        #expect(Value.text("01").isSame(as: .integer(1)) == false)
        for value in [Value.real(1), .integer(1), .text("1")] {
            #expect(ValueKey(value) == ValueKey(.integer(1)))
        }
        #expect(ValueKey(.text("0.5")) == ValueKey(.real(0.5)))
        #expect(ValueKey(.text("0.50")) != ValueKey(.real(0.5)))
        #expect(ValueKey(.text("true")) == ValueKey(.flag(true)))
    }
}
