import Accelerator
import Blocks
import Configuration
import Foundation
import Session
import Testing

/// `Docs/registers.md` shows the registers of `spatten-eighth` as they are declared.
@Suite struct RegisterPageTests {
    @Test func thePageSaysWhatIsDeclared() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Docs/registers.md")
        let system = try Preset.named("spatten-eighth").system
        let page = """
            # Registers

            What `LeanSpAtten` shows on AXI4-Lite, 32 bits each, here of the preset `spatten-eighth`; others differ in constants and resets only. RO is read-only,
            RW is written and read, W1C is cleared by writing ones. An address without a register answers SLVERR. A test compares this page with `ControlRegisters`.

            \(ControlRegisters.map(system).markdown)
            """
        if ProcessInfo.processInfo.environment["UPDATE_DOCS"] != nil { try page.write(to: path, atomically: true, encoding: .utf8) }
        let found = try String(contentsOf: path, encoding: .utf8)
        #expect(found == page, "Docs/registers.md is out of date: run this test with UPDATE_DOCS=1 and review the change")
    }
}
