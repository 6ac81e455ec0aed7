"""Looks at the dashboard as a person does: python3 look.py SCENARIO URL. `windrow` is on the PATH."""

import json
import subprocess
import sys

from browser import Browser


def windrow(*arguments):
    subprocess.run(["windrow", *arguments], check=True, stdout=subprocess.DEVNULL)


def submit(name, text):
    with open(name + ".yaml", "w") as file:
        file.write(f"sweep: {name}\n" + text)
    windrow("submit", name + ".yaml")


def grid(values):
    """A sweep that says what it is told, over two axes."""
    return f"""
experiment: noop
metric: {{name: value, goal: maximize}}
axes:
  busy: [0, 1e-9, 2e-9]
  i: {{range: [0, {values}]}}
"""


def check(browser, url):
    """What holds for every page at every moment."""
    assert browser.complaints() == [], browser.complaints()
    for address in browser.addresses():
        assert address.startswith((url, "data:", "about:")), address


def rows(browser):
    return browser.eval("Number(document.body.dataset.rows)")


def live(browser, url):
    """Results, running trials and their curves appear without a reload."""
    submit("grid", grid(10))
    browser.open(url)
    browser.wait("document.body.dataset.rows === '30'")
    browser.wait("document.querySelector('#counts').textContent.startsWith('finished: 30 of 30')")
    browser.eval("window.isTheSamePage = true")
    browser.wait("heat.cells.size === 30")
    # The sweep is edited while the page is open.
    submit("grid", grid(25))
    browser.wait("document.body.dataset.rows === '75' && heat.cells.size === 75")
    assert browser.eval("window.isTheSamePage")
    # Bright is best: more is better here, and the best trials are the last ones.
    best = browser.eval("document.querySelector('#best-table td').textContent")
    assert best.endswith("i=24"), best

    submit("slow", """
experiment: distributed-sgd
metric: {name: loss, goal: minimize}
fixed: {problem: least-squares, method: sgd, compressor: identity, clients: 4, rounds: 1000000000, log-every: 100, step-size: 0.01}
axes: {seed: [0]}
""")
    browser.wait("[...document.querySelector('#sweep').options].some((o) => o.value === 'slow')")
    browser.press("j")
    browser.wait("document.querySelector('#running').dataset.count === '1'")
    assert browser.eval("location.hash") == "#slow"
    round_of = "Number(document.querySelectorAll('#running-table td')[3].textContent.split('/')[0])"
    browser.wait(round_of + " > 0")
    first = browser.eval(round_of)
    browser.press("r")
    browser.wait("document.querySelector('#curves').dataset.count === '1'")
    browser.wait("Number(document.querySelector('#curves').dataset.points) >= 3")
    browser.wait(f"{round_of} > {first}")
    windrow("cancel", "slow")
    browser.wait("document.querySelector('#counts').textContent.startsWith('cancelled')")
    browser.wait("document.querySelector('#running').dataset.count === '0'")

    # What a program prints is shown, and not obeyed.
    submit("broken", """
experiment: command
limits: {attempts: 1}
fixed: {argv: [sh, -c, "echo before the end; echo '<img src=x onerror=alert(1)>' >&2; exit {code}"]}
axes: {code: [3, 4]}
""")
    browser.wait("[...document.querySelector('#sweep').options].some((o) => o.value === 'broken')")
    browser.press("j")
    browser.wait("document.querySelector('#failures').dataset.count === '2'")
    reason = browser.eval("document.querySelector('#failures pre').textContent")
    assert "exited with code" in reason and "<img src=x" in reason, reason
    assert browser.eval("document.querySelectorAll('img').length") == 0
    browser.eval("document.querySelector('#failures details').open = true")
    browser.eval("document.querySelector('#failures details button').click()")
    browser.wait("document.querySelector('#log-text').textContent.includes('before the end')")
    browser.press("Escape")
    browser.wait("!document.querySelector('dialog[open]')")
    assert browser.eval("document.querySelectorAll('#nodes-table tbody tr').length") == 1


CONTRASTS = """
(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
  const light = (name) => {
    canvas.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name);
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((c) => c / 255)
      .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = {};
  for (const back of ['--back', '--card']) {
    for (const front of ['--front', '--dim', '--note', '--good', '--warn', '--bad']) {
      const [a, b] = [light(front), light(back)];
      found[front + ' on ' + back] = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }
  }
  return JSON.stringify({contrasts: found, back: light('--back')});
})()
"""


def looks(browser, url):
    """Narrow windows, dark mode, and the keyboard."""
    submit("grid", grid(20))
    submit("other", grid(3))
    windrow("wait", "grid")
    windrow("wait", "other")
    browser.open(url + "#grid")
    browser.wait("document.body.dataset.rows === '60'")

    for width in (320, 480, 800, 1600):
        browser.size(width, 800)
        # A picture follows its size; it is drawn in the screen's own pixels.
        browser.wait("['heat', 'curves', 'parallel'].every((p) => { const c = document.getElementById(p"
                     " + '-canvas'); return c.width === Math.round(c.clientWidth * devicePixelRatio); })")
        assert browser.eval("document.documentElement.scrollWidth") <= width, width
        sections = browser.eval("[...document.querySelectorAll('section')].map((s) =>"
                                " s.getBoundingClientRect()).every((r) => r.left >= 0 && r.right <="
                                " innerWidth && r.width > 250)")
        assert sections, width
    browser.size(1280, 900)

    backs = {}
    for scheme in ("light", "dark"):
        draws = browser.eval("Number(document.querySelector('#heat-canvas').dataset.draws)")
        browser.scheme(scheme)
        if scheme == "dark":
            browser.wait(f"Number(document.querySelector('#heat-canvas').dataset.draws) > {draws}")
        seen = json.loads(browser.eval(CONTRASTS))
        backs[scheme] = seen["back"]
        for pair, contrast in seen["contrasts"].items():
            assert contrast >= 4.5, (scheme, pair, contrast)
    assert backs["dark"] < 0.05 and backs["light"] > 0.8, backs

    active = "document.activeElement.id"
    browser.press("2")
    assert browser.eval(active) == "heat-canvas"
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        browser.press(key)
    text = browser.eval("document.querySelector('#heat-text').textContent")
    assert text.startswith("i=1, busy=1e-09") and "1 trial, best 1" in text, text
    browser.press("Enter")
    browser.wait("document.querySelector('#curves').dataset.count === '1'")
    browser.press("x")
    browser.wait("document.querySelector('#curves').dataset.count === '0'")
    browser.press("4")
    assert browser.eval(active) == "parallel-canvas"
    browser.press("ArrowDown")
    browser.press("Enter")
    chosen = browser.eval("document.querySelector('#parallel-text').textContent")
    assert chosen.startswith("20 of 60 trials: busy"), chosen
    browser.wait("heat.cells.size === 20")
    browser.press("Escape")
    browser.wait("heat.cells.size === 60")
    browser.press("?")
    browser.wait("document.querySelector('#help').open")
    browser.press("Escape")
    browser.wait("!document.querySelector('#help').open")
    browser.press("8")
    assert browser.eval(active) == "failures"
    browser.press("j")
    browser.wait("document.body.dataset.rows === '9' && location.hash === '#other'")
    browser.press("k")
    browser.wait("document.body.dataset.rows === '60' && location.hash === '#grid'")
    # Everything that a pointer can use has a name for those who do not see it.
    nameless = browser.eval(
        "[...document.querySelectorAll('button, select, input, canvas')].filter((e) => !(e.ariaLabel ||"
        " e.getAttribute('aria-label') || e.closest('label')?.textContent.trim() ||"
        " e.textContent.trim())).length")
    assert nameless == 0, nameless


def many(browser, url):
    """100,000 trials: all of them are on the page, and it answers."""
    submit("many", """
experiment: noop
metric: {name: value, goal: minimize}
axes:
  busy: [0, 1e-9]
  i: {range: [0, 50000]}
""")
    browser.open(url)
    browser.wait("document.body.dataset.rows === '100000'")
    browser.wait("[...heat.cells.values()].reduce((n, c) => n + c.n, 0) === 100000")
    browser.wait("parallel.seen === 100000")
    assert browser.eval("heat.cells.size") == 96
    assert browser.eval("[...parallel.pairs[0].values()].reduce((n, p) => n + p.n, 0)") == 100000
    assert browser.eval("new Set(data.rows.ids).size") == 100000
    assert browser.eval("document.querySelectorAll('*').length") < 2000
    browser.press("4")
    browser.press("Enter")
    browser.wait("[...heat.cells.values()].reduce((n, c) => n + c.n, 0) === 50000")
    times = browser.eval("""(() => {
      data.chosen.clear();
      const time = (body) => { const start = performance.now(); body(); return Math.round(performance.now() - start); };
      heat.key = parallel.key = '';
      return JSON.stringify({heat: time(() => heat.picture.draw()), again: time(() => heat.picture.draw()),
        parallel: time(() => parallel.picture.draw()), best: time(showBest),
        megabytes: Math.round(performance.memory.usedJSHeapSize / 1e6)});
    })()""")
    print("100,000 trials, in ms:", times)


with Browser() as browser:
    scenario, url = sys.argv[1], sys.argv[2]
    browser.size(1280, 900)
    globals()[scenario](browser, url)
    check(browser, url)
    if len(sys.argv) > 3:
        browser.screenshot(sys.argv[3])
