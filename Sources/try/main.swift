import Accelerator
import Configuration
import RTL
do {
  for p in Preset.all {
    do { let d = try Design(Lane(lane: p.configuration)); print(p.name, d.modules.count, d.modules.reduce(0) { $0 + $1.graph.count }); for w in d.warnings { print(w) }
      if p.name == "lane-d64" { for p in d.top.ports { print(p.isInput ? "in " : "out", p.name, p.width) } }
     } catch { print(error) } 
  }
}
