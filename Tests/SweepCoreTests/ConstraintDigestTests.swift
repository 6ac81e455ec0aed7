import SweepCore
import Testing

@Suite struct ConstraintDigestTests {
    private static func constraint(
        _ method: String, _ compressor: String, scaled: Bool? = nil
    ) -> Constraint {
        Constraint(
            [("method", .isOneOf([.text(method)])), ("compressor", .isOneOf([.text(compressor)]))]
                + (scaled.map { [("compressor.scaled", .isOneOf([.flag($0)]))] } ?? []),
            reason: "method: \(method) needs no bias, and compressor: \(compressor) "
                + (scaled.map { "with scaled: \($0) " } ?? "") + "has one")
    }

    @Test func `a full product of names becomes one sentence`() {
        let all = ["a", "b"].flatMap { method in
            ["x", "y", "z"].map { Self.constraint(method, $0) }
        }
        #expect(
            Constraint.digest(of: all) == [
                "method: a or b needs no bias, and compressor: x, y or z has one"
            ])
    }

    @Test func `a product with a gap says no more than its parts`() {
        let all = [("a", "x"), ("a", "y"), ("b", "x")].map { Self.constraint($0.0, $0.1) }
        #expect(
            Constraint.digest(of: all) == [
                "method: a needs no bias, and compressor: x or y has one",
                "method: b needs no bias, and compressor: x has one",
            ])
    }

    @Test func `a name that begins another one is left alone`() {
        let all = ["top", "top-k"].map { name in
            Constraint(
                [("compressor", .isOneOf([.text(name)]))],
                reason: "unlike compressor: top-k-wide, compressor: \(name) is refused")
        }
        #expect(
            Constraint.digest(of: all) == [
                "unlike compressor: top-k-wide, compressor: top or top-k is refused"
            ])
    }

    @Test func `values of a kind's parameter are told by its short name`() {
        let all = [true, false].map { Self.constraint("a", "x", scaled: $0) }
        #expect(
            Constraint.digest(of: all) == [
                "method: a needs no bias, and compressor: x with scaled: true or false has one"
            ])
    }

    @Test func `other words stay other sentences`() {
        let other = Constraint([("data", .isMissing)], reason: "data are missing")
        #expect(
            Constraint.digest(of: [Self.constraint("a", "x"), other]) == [
                "method: a needs no bias, and compressor: x has one", "data are missing",
            ])
    }
}
