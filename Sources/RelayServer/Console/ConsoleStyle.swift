/// The console's style sheet: light and dark, telephone to wide screen.
enum ConsoleStyle {
    static let text = #"""
        :root {
          --back: #fbfbfa; --panel: #fff; --ink: #1c1e21; --dim: #5b6169; --line: #d9dce0;
          --link: #0b57b0; --good: #17693a; --bad: #a8201a; --wait: #7a5200; --mark: #eef3fa;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --back: #15171a; --panel: #1d2024; --ink: #e7e9ec; --dim: #a3aab3; --line: #363b42;
            --link: #8ab8f5; --good: #7fd6a0; --bad: #ff9a92; --wait: #e8c170; --mark: #232a33;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0 auto; max-width: 82rem; padding: 0 1rem 2rem; background: var(--back);
          color: var(--ink); font: 15px/1.45 system-ui, sans-serif;
        }
        header { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; }
        header p { align-self: center; margin: 0; color: var(--dim); }
        h1 { font-size: 1.35rem; margin: .8rem 0; }
        h2 { font-size: 1.05rem; margin: 1.6rem 0 .5rem; }
        a { color: var(--link); }
        .skip, .unseen { position: absolute; left: -99rem; }
        .skip:focus { left: 1rem; top: .5rem; background: var(--panel); padding: .4rem; }
        :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
        .state { font-size: 1.15rem; padding: .7rem .9rem; margin: .3rem 0;
          border: 1px solid var(--line); border-left-width: .4rem; background: var(--panel); }
        .state.good { border-left-color: var(--good); }
        .state.bad { border-left-color: var(--bad); }
        .state.wait { border-left-color: var(--wait); }
        .held { list-style: none; padding: 0; margin: 0; }
        .held li { padding: .6rem .9rem; margin: .4rem 0; background: var(--panel);
          border: 1px solid var(--bad); overflow-wrap: anywhere; }
        .held strong { display: block; }
        .totals { display: flex; flex-wrap: wrap; gap: .4rem 1.4rem; margin: .6rem 0; }
        .totals div { display: flex; gap: .4rem; align-items: baseline; }
        .totals dt { color: var(--dim); }
        .totals dd { margin: 0; font-variant-numeric: tabular-nums; font-weight: 600; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; background: var(--panel); }
        th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line);
          vertical-align: top; }
        th { color: var(--dim); font-weight: 600; white-space: nowrap; }
        td { overflow-wrap: anywhere; }
        tbody tr:hover { background: var(--mark); }
        .tag { white-space: nowrap; font-weight: 600; }
        .tag.good { color: var(--good); } .tag.bad { color: var(--bad); }
        .tag.wait { color: var(--wait); }
        code, pre { font: 13px/1.45 ui-monospace, monospace; }
        pre { background: var(--back); border: 1px solid var(--line); padding: .6rem;
          white-space: pre-wrap; overflow-wrap: anywhere; max-height: 22rem; overflow: auto; }
        form { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; }
        label { color: var(--dim); }
        input, select, button { font: inherit; color: inherit; background: var(--panel);
          border: 1px solid var(--dim); padding: .3rem .55rem; border-radius: 4px; }
        input { width: 11rem; max-width: 100%; }
        button { cursor: pointer; min-height: 2.2rem; }
        dialog { width: min(60rem, 96vw); max-height: 92vh; overflow: auto; color: var(--ink);
          background: var(--panel); border: 1px solid var(--dim); padding: 1rem; }
        dialog::backdrop { background: rgb(0 0 0 / .45); }
        dialog h2 { margin-top: 0; }
        dialog h3 { font-size: .95rem; margin: 1rem 0 .3rem; }
        .facts { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0; }
        .facts dt { color: var(--dim); }
        .facts dd { margin: 0; overflow-wrap: anywhere; }
        svg { display: block; width: 100%; height: auto; }
        svg text { fill: var(--dim); font: 11px system-ui, sans-serif; }
        .bar-good { fill: var(--good); } .bar-bad { fill: var(--bad); }
        .bar-wait { fill: var(--wait); }
        .curve { fill: none; stroke: var(--link); stroke-width: 1.6; }
        .axis { stroke: var(--line); }
        .key { color: var(--dim); margin: .2rem 0; }
        .key span { font-weight: 600; }
        footer { margin-top: 2rem; color: var(--dim); }
        @media (max-width: 40rem) {
          body { padding: 0 .6rem 2rem; }
          #list thead { position: absolute; left: -99rem; }
          #list tr { display: block; padding: .5rem .2rem; border-bottom: 1px solid var(--line); }
          #list td { display: grid; grid-template-columns: 7rem 1fr; border: 0; padding: .1rem .4rem; }
          #list td::before { content: attr(data-name); color: var(--dim); }
          #list td:empty { display: none; }
          .facts { grid-template-columns: 1fr; }
          .facts dd { margin-bottom: .3rem; }
          input { width: 100%; }
          form label { flex: 1 1 8rem; }
        }

        """#
}
