/// Seconds in words: `3.2s`, `4m 10s`, `2h 05m`, `3d 4h`.
package func words(forSeconds seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return "?" }
    if seconds < 10 { return "\(Double(Int(seconds * 10)) / 10)s" }
    let whole = Int(seconds.rounded())
    switch whole {
    case ..<60: return "\(whole)s"
    case ..<3600: return "\(whole / 60)m \(padded(whole % 60))s"
    case ..<86400: return "\(whole / 3600)h \(padded(whole / 60 % 60))m"
    default: return "\(whole / 86400)d \(whole / 3600 % 24)h"
    }
}

private func padded(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
}
