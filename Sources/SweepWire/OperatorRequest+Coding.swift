import SweepCore

extension Windrow_V1_Request {
    init(_ request: OperatorRequest) {
        self.init()
        number = request.number
        switch request.verb {
        case .submit(let submission):
            submit = .with {
                $0.name = submission.name
                $0.sweep = submission.sweep.bits
                $0.file = submission.file
                $0.directory = submission.directory
                $0.text = .init(submission.text)
                $0.overrides = submission.overrides
                $0.priority = Int32(clamping: submission.priority)
                $0.speculate = submission.speculates
            }
        case .status(let name, let failures):
            status = .with {
                $0.name = name ?? ""
                $0.failures = UInt32(clamping: failures)
            }
        case .act(let action, let name):
            act = .with {
                $0.name = name
                $0.verb =
                    switch action {
                    case .pause: .pause
                    case .resume: .resume
                    case .cancel: .cancel
                    case .retry: .retry
                    }
            }
        case .workers(let selection, let trials):
            workers = .with {
                $0.selection = selection
                $0.trials = UInt32(clamping: trials)
            }
        case .command(let action, let selection):
            command = .with {
                $0.selection = selection
                switch action {
                case .drain: $0.verb = .drain
                case .undrain: $0.verb = .undrain
                case .stop(let atOnce):
                    $0.verb = .stop
                    $0.atOnce = atOnce
                }
            }
        case .info: info = Windrow_V1_InfoQuery()
        case .stop(let workers): stop = .with { $0.workers = workers }
        case .invite(let invitation): invite = Windrow_V1_Invitation(invitation)
        case .revoke(let selection): revoke = .with { $0.selection = selection }
        case .keys: keys = Windrow_V1_KeyQuery()
        case .refusals: refusals = Windrow_V1_RefusalQuery()
        }
    }
}

extension OperatorRequest {
    /// Reads a request.
    ///
    /// - Throws: `WireError` for a verb that this version does not know, or one without its object.
    init(_ message: Windrow_V1_Request) throws(WireError) {
        let verb: Verb
        switch message.verb {
        case .submit(let submit):
            guard !submit.name.isEmpty, submit.directory.hasPrefix("/") else {
                throw .malformed("a submission without a name or an absolute folder")
            }
            guard Placement.priorities.contains(Int(submit.priority)) else {
                throw .malformed("a priority of \(submit.priority)")
            }
            var submission = Submission(
                name: submit.name, sweep: SweepDigest(bits: submit.sweep), file: submit.file,
                directory: submit.directory, text: [UInt8](submit.text),
                overrides: submit.overrides, priority: Int(submit.priority))
            submission.speculates = submit.speculate
            verb = .submit(submission)
        case .status(let query):
            verb = .status(
                name: query.name.isEmpty ? nil : query.name, failures: Int(query.failures))
        case .act(let act):
            let action: SweepAction =
                switch act.verb {
                case .pause: .pause
                case .resume: .resume
                case .cancel: .cancel
                case .retry: .retry
                case .none, .UNRECOGNIZED: throw .malformed("an unknown action on a sweep")
                }
            verb = .act(action, name: act.name)
        case .workers(let query):
            verb = .workers(selection: query.selection, trials: Int(query.trials))
        case .command(let command):
            let action: WorkerAction =
                switch command.verb {
                case .drain: .drain
                case .undrain: .undrain
                case .stop: .stop(atOnce: command.atOnce)
                case .none, .UNRECOGNIZED: throw .malformed("an unknown action on workers")
                }
            verb = .command(action, selection: command.selection)
        case .info: verb = .info
        case .stop(let stop): verb = .stop(workers: stop.workers)
        case .invite(let invitation): verb = .invite(try Invitation(invitation))
        case .revoke(let revocation): verb = .revoke(selection: revocation.selection)
        case .keys: verb = .keys
        case .refusals: verb = .refusals
        case nil: throw .malformed("a request without a known verb")
        }
        self.init(number: message.number, verb: verb)
    }
}
