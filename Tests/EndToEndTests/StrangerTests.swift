import Foundation
import SweepWire
import Testing
import ZeroMQ

/// Programs of others that do not keep to the protocol.
@Suite("Strangers", .serialized)
struct StrangerTests {
    @Test(
        "who sends what is no message is told what was expected",
        arguments: [
            ([[], Array("hello".utf8)], "2 frames, expected one; send it through a DEALER socket"),
            ([Array("hello".utf8)], "malformed message"),
            ([[]], "protocol version 0"),
        ])
    func refusal(frames: [[UInt8]], expected: String) throws {
        try Daemons().run { daemons in
            let path = daemons.windrow.folder.path
            let found = try FileManager.default.subpathsOfDirectory(atPath: path)
            let name = try #require(found.first { $0.hasSuffix("coordinator") }, "\(found)")
            let link = try #require(daemons.environment.first).dropFirst("XDG_RUNTIME_DIR=".count)
            let socket = try Socket(.dealer, in: Context(), options: .init())
            try socket.connect("ipc://\(link)/\(name)")
            #expect(try socket.send(frames))
            var answer: [UInt8]?
            try daemons.windrow.wait(until: "it answers") {
                answer = try socket.receive()?.last
                return answer != nil
            }
            guard case .refusal(let reason) = try CoordinatorMessage(decoding: answer ?? [])
            else {
                Issue.record("not refused")
                return
            }
            #expect(reason.contains(expected), "\(reason)")
            #expect(try daemons.ask("coordinator", "info").code == 0)
        }
    }
}
