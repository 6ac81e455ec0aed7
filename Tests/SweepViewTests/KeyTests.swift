import SweepView
import Testing

@Suite("Keys of a terminal")
struct KeyTests {
    @Test(
        "what terminals send for a key is the key",
        arguments: [
            ("\u{1b}[A", Key.up), ("\u{1b}OA", .up), ("\u{1b}[B", .down), ("\u{1b}[1;5C", .right),
            ("\u{1b}[D", .left), ("\u{1b}[H", .home), ("\u{1b}[1~", .home), ("\u{1b}[4~", .end),
            ("\u{1b}[5~", .pageUp), ("\u{1b}[6~", .pageDown), ("\u{1b}[Z", .backTab),
            ("\r", .enter), ("\u{1b}OM", .enter), ("\t", .tab), ("\u{7f}", .backspace),
            ("\u{3}", .interrupt), ("q", .character("q")), ("é", .character("é")),
            ("🌾", .character("🌾")), ("\u{1b}", .escape),
        ])
    func keys(text: String, key: Key) {
        var decoder = KeyDecoder()
        #expect(decoder.take(text.utf8) == [key])
    }

    @Test("a sequence that arrives in pieces is one key, wherever it is cut")
    func pieces() {
        let text = Array("x\u{1b}[5~é\u{1b}[A🌾y".utf8)
        var whole = KeyDecoder()
        let keys = whole.take(text)
        #expect(
            keys == [
                .character("x"), .pageUp, .character("é"), .up, .character("🌾"), .character("y"),
            ])
        for cut in text.indices where text[..<cut].last != 0x1b {
            var decoder = KeyDecoder()
            #expect(decoder.take(text[..<cut]) + decoder.take(text[cut...]) == keys, "\(cut)")
        }
    }

    @Test("no bytes trap, and keys are read after any of them")
    func anyBytes() {
        var state: UInt64 = 1
        var decoder = KeyDecoder()
        for _ in 0..<2000 {
            var bytes: [UInt8] = []
            for _ in 0..<20 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes.append(UInt8(truncatingIfNeeded: state >> 56))
            }
            _ = decoder.take(bytes)
        }
        // Nothing that was begun is longer than this.
        _ = decoder.take([UInt8](repeating: 0x30, count: 32))
        #expect(decoder.take("q".utf8).last == .character("q"))
    }
}
