import SweepWire

extension TopState {
    /// A key was pressed.
    package mutating func press(_ key: Key) -> [TopEffect] {
        if key == .interrupt { return [.quit] }
        switch mode {
        case .browsing: return browse(key)
        case .filtering:
            edit(key)
            return []
        case .help:
            mode = .browsing
            return []
        case .confirming(_, let effect):
            mode = .browsing
            return key == .character("y") || key == .character("Y") ? [effect] : []
        case .reading(let title, let lines, let offset):
            page(key, title, lines, offset)
            return []
        }
    }

    private mutating func browse(_ key: Key) -> [TopEffect] {
        notice = nil
        switch key {
        case .character("q"): return [.quit]
        case .tab, .backTab:
            let panes = Pane.allCases.filter { $0 != .trials || !trials.isEmpty }
            let place = panes.firstIndex(of: pane) ?? 0
            let step = key == .tab ? 1 : panes.count - 1
            pane = panes[(place + step) % panes.count]
        case .up, .character("k"): move(by: -1)
        case .down, .character("j"): move(by: 1)
        case .pageUp: move(by: -10)
        case .pageDown: move(by: 10)
        case .home, .character("g"): move(by: -1_000_000)
        case .end, .character("G"): move(by: 1_000_000)
        case .character("/"): mode = .filtering
        case .escape:
            filter = ""
            keepChoice()
        case .character("?"), .character("h"): mode = .help
        case .character("s"):
            let count = Self.orders(of: pane).count
            order[pane] = ((order[pane] ?? 0) + 1) % count
            isReversed[pane] = false
        case .character("S"): isReversed[pane] = !(isReversed[pane] ?? false)
        default: return act(key)
        }
        return []
    }

    /// Keys that do something to what is chosen.
    private mutating func act(_ key: Key) -> [TopEffect] {
        switch pane {
        case .sweeps:
            guard let position = sweepPosition else { return [] }
            let sweep = sweeps[position]
            switch key {
            case .character("p"):
                let isHeld = [.paused, .stopped, .failed].contains(sweep.state)
                return [.act(isHeld ? .resume : .pause, name: sweep.name)]
            case .character("r"): return [.act(.retry, name: sweep.name)]
            case .character("c"):
                mode = .confirming(
                    question: "Cancel \(sweep.name), and give up what runs?",
                    .act(.cancel, name: sweep.name))
            case .enter, .character("l"):
                return [.read(sweep: sweep.name, store: sweep.store)]
            case .character("f"):
                mode = .reading(
                    title: "The latest failed attempts of \(sweep.name)",
                    lines: Self.failures(of: sweep), offset: 0)
            default: break
            }
        case .workers:
            guard let position = workerPosition else { return [] }
            let worker = workers[position]
            switch key {
            case .character("d"):
                return [
                    .command(worker.state == .ready ? .drain : .undrain, worker: worker.number)
                ]
            case .character("x"):
                mode = .confirming(
                    question: "Send worker \(worker.number) on \(worker.host) away, "
                        + "when it has finished what runs?",
                    .command(.stop(atOnce: false), worker: worker.number))
            default: break
            }
        case .trials:
            guard let position = trialPosition, key == .enter || key == .character("l")
            else { return [] }
            let line = trials[position]
            guard let id = line.trial.id,
                let sweep = snapshot?.sweeps.first(where: { $0.name == line.trial.sweep })
            else { return [] }
            return [.read(sweep: sweep.name, store: sweep.store, trial: "\(id)")]
        }
        return []
    }

    private mutating func move(by step: Int) {
        switch pane {
        case .sweeps:
            guard let position = sweepPosition else { return }
            chosenSweep = sweeps[max(0, min(sweeps.count - 1, position + step))].name
        case .workers:
            guard let position = workerPosition else { return }
            chosenWorker = workers[max(0, min(workers.count - 1, position + step))].number
        case .trials:
            guard let position = trialPosition else { return }
            let trials = trials
            chosenTrial = trials[max(0, min(trials.count - 1, position + step))].name
        }
    }

    private mutating func edit(_ key: Key) {
        switch key {
        case .character(let character): filter.append(character)
        case .backspace: _ = filter.popLast()
        case .escape:
            filter = ""
            mode = .browsing
        case .enter, .tab, .up, .down: mode = .browsing
        default: break
        }
        keepChoice()
    }

    private mutating func page(_ key: Key, _ title: String, _ lines: [ScreenLine], _ offset: Int) {
        let step: Int
        switch key {
        case .up, .character("k"): step = -1
        case .down, .character("j"): step = 1
        case .pageUp: step = -pageHeight
        case .pageDown, .character(" "): step = pageHeight
        case .home, .character("g"): step = -lines.count
        case .end, .character("G"): step = lines.count
        case .escape, .enter, .left, .backspace, .character("q"), .character("l"):
            mode = .browsing
            return
        default: return
        }
        let last = max(0, lines.count - pageHeight)
        mode = .reading(title: title, lines: lines, offset: max(0, min(last, offset + step)))
    }
}
