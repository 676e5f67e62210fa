import Accelerator
import Blocks
import Configuration
import Session
import Testing
import TestSupport

/// `Docs/registers.md` shows the registers of `spatten-eighth` as they are declared.
@Suite struct RegisterPageTests {
    @Test func thePageSaysWhatIsDeclared() throws {
        let system = try Preset.named("spatten-eighth").system
        let page = """
            # Registers

            What `LeanSpAtten` shows on AXI4-Lite, 32 bits each, here of the preset `spatten-eighth`; others differ in constants and resets only. RO is read-only,
            RW is written and read, W1C is cleared by writing ones. An address without a register answers SLVERR. A test compares this page with `ControlRegisters`.

            \(ControlRegisters.map(system).markdown)
            """
        try PackageFiles.expect("Docs/registers.md", says: page)
    }
}
