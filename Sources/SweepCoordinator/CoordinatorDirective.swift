import SweepCore
import SweepWire

/// What the coordinator's shell is told to do.
package enum CoordinatorDirective: Sendable, Hashable {
    case send(CoordinatorMessage, to: PeerID)
    /// Append to the store, sync, then answer with `CoordinatorInstance.stored(_:now:)`.
    case store(StoreBatch)
    /// Empty the table of failures, then answer with `CoordinatorInstance.stored(_:now:)`.
    case forgetFailures(sweep: SweepDigest, ticket: UInt64)
    /// Add to a sweep's log what trials have printed; nobody waits for it.
    case log([OutputPart], sweep: SweepDigest, worker: String)
    /// Open a store, then answer with `opened` or `openingFailed`.
    case open(StoreOpening)
    /// Close a store of which nothing is on its way to the disk, then answer with `closed`.
    case close(SweepDigest)
    /// Write a service record durably, then answer with `recorded`.
    case record(ServiceRecord, Asker?)
    /// Close all stores and end.
    case leave
    /// Something that a person may want to know.
    case announce(CoordinatorEvent)
}

/// A connection's name at the coordinator: the routing id that the worker's process chose at its
/// start.
///
/// A restarted worker is a new peer.
package struct PeerID: Sendable, Hashable {
    package let bytes: [UInt8]
    /// The key by which it was admitted; nil: it is on this machine, and needs none.
    package let key: PublicKey?

    package init(_ bytes: [UInt8], key: PublicKey? = nil) {
        self.bytes = bytes
        self.key = key
    }
}

/// Rows for one sweep's store, to be made durable together.
package struct StoreBatch: Sendable, Hashable {
    /// 1, 2, 3, … over all sweeps.
    package var ticket: UInt64
    package var sweep: SweepDigest
    package var results: [AcceptedResult]
    package var failures: [AcceptedFailure]
}

/// The outcome of a trial, accepted for the store.
package struct AcceptedResult: Sendable, Hashable {
    package var index: Int
    /// 1 for the first attempt.
    package var attempt: Int
    package var host: String
    package var worker: String
    package var outcome: TrialOutcome
    /// Seconds since 1970.
    package var startedAt: Double
    /// Seconds.
    package var duration: Double
}

/// A trial that is given up.
package struct AcceptedFailure: Sendable, Hashable {
    package var index: Int
    /// How many attempts were made.
    package var attempt: Int
    package var host: String
    package var worker: String
    /// The last attempt's failure.
    package var failure: TrialFailure
    package var startedAt: Double
    package var duration: Double
}

/// News from the coordinator.
package enum CoordinatorEvent: Sendable, Hashable {
    case joined(worker: String, slots: Int)
    case left(worker: String, reason: String)
    /// A worker is gone; its leases went back to the queue.
    case lost(worker: String, reason: String)
    /// A worker is given nothing more: trials fail on it that do not fail elsewhere.
    case quarantined(worker: String, reason: String)
    case refused(worker: String, reason: String)
    /// A machine has joined by an invitation.
    case enrolled(name: String, key: String)
    case revoked(name: String, key: String)
    case attemptFailed(
        sweep: SweepDigest, index: Int, attempt: Int, of: Int, failure: TrialFailure)
    case trialFailed(sweep: SweepDigest, index: Int, attempts: Int, failure: TrialFailure)
    /// The disk of a sweep's store takes nothing more for now; without a reason, it does again.
    case stalled(name: String, reason: String?)
    /// A sweep is in another state than before.
    case sweep(name: String, state: SweepState, reason: String?)
    /// Nothing of a sweep can run for now.
    case waiting(sweep: SweepDigest, reason: String)
    case stopped(reason: String)
}
