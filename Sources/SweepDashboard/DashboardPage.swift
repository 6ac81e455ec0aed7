/// The page: one document, with its style and its script inside.
struct DashboardPage: Sendable {
    private let before: [UInt8]
    private let between: [[UInt8]]

    private static let mark = Array("NONCE".utf8)

    /// Puts the parts together.
    init() {
        let style = PackageResources.style_css
        let script =
            PackageResources.draw_js + PackageResources.data_js + PackageResources.heatmap_js
            + PackageResources.parallel_js + PackageResources.curves_js + PackageResources.tables_js
            + PackageResources.main_js
        var page = PackageResources.page_html
        Self.fill("/*STYLE*/", style, &page)
        Self.fill("/*SCRIPT*/", script, &page)
        var parts: [[UInt8]] = []
        var start = 0
        while let place = Self.find(Self.mark, in: page, from: start), parts.count < 2 {
            parts.append(Array(page[start..<place]))
            start = place + Self.mark.count
        }
        before = parts.first ?? []
        between = Array(parts.dropFirst()) + [Array(page[start...])]
    }

    /// The page with a word that lets its own script and style run, and no others.
    func bytes(nonce: String) -> [UInt8] {
        between.reduce(into: before) { $0 += Array(nonce.utf8) + $1 }
    }

    private static func fill(_ mark: String, _ part: [UInt8], _ page: inout [UInt8]) {
        let mark = Array(mark.utf8)
        guard let place = find(mark, in: page, from: 0) else { return }
        page.replaceSubrange(place..<place + mark.count, with: part)
    }

    private static func find(_ word: [UInt8], in page: [UInt8], from start: Int) -> Int? {
        guard page.count >= word.count else { return nil }
        return (start...page.count - word.count).first {
            page[$0] == word[0] && page[$0..<$0 + word.count].elementsEqual(word)
        }
    }
}
