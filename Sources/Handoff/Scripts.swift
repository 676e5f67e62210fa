import Synthesis

/// Constraints: clocks. Ports are registered or stream hand-offs, whose delays are the integrator's.
extension CoreFacts {
    var sdc: String {
        clocks.map { "create_clock -name \($0) -period \(periodText) [get_ports \($0)]\n" }.joined() + "derive_clock_uncertainty\n"
    }

    /// For synthesis out of context alone: where the core is instantiated, its clock comes from outside.
    var xdc: String { clocks.map { "create_clock -name \($0) -period \(periodText) [get_ports \($0)]\n" }.joined() }
}

/// Scripts, to be run in the folder.
extension CoreFacts {
    var yosys: String {
        """
        # yosys -s scripts/yosys_ecp5.ys
        \(sourceLines { "read_verilog \($0)" })hierarchy -check -top \(top)
        check -assert
        synth_ecp5 -top \(top) -json \(top).json
        stat

        """
    }

    var nextpnr: String {
        """
        #!/bin/sh
        # Out of context on an ECP5-85F, speed grade 8; SEED chooses the placement.
        set -eu
        yosys -q -s scripts/yosys_ecp5.ys
        nextpnr-ecp5 \(Self.placerOptions.joined(separator: " ")) \\
          --freq \(frequency) --seed "${SEED:-1}" --json \(top).json --textcfg \(top).config --report \(top).report.json

        """
    }

    var vivado: String {
        """
        # vivado -mode batch -source scripts/vivado_ooc.tcl -tclargs PART
        set part [expr {$argc > 0 ? [lindex $argv 0] : "\(Self.vivadoPart)"}]
        read_verilog [list \\
        \(sourceLines { "  \($0) \\" })]
        read_xdc -mode out_of_context constraints/ooc.xdc
        synth_design -top \(top) -part $part -mode out_of_context -flatten_hierarchy rebuilt
        opt_design
        place_design
        route_design
        report_utilization -hierarchical -file utilization.rpt
        report_timing_summary -file timing.rpt
        write_checkpoint -force \(top).dcp

        """
    }

    var vivadoPackage: String {
        """
        # vivado -mode batch -source scripts/vivado_package_ip.tcl
        create_project -in_memory -part \(Self.vivadoPart)
        add_files [list \\
        \(sourceLines { "  \($0) \\" })]
        set_property top \(top) [current_fileset]
        ipx::package_project -root_dir . -vendor leanspatten -library lanes -taxonomy /UserIP -force
        set core [ipx::current_core]
        set_property name \(identity.name.replacing("-", with: "_")) $core
        set_property version \(IPPackage.version.split(separator: ".").prefix(2).joined(separator: ".")) $core
        set_property display_name "\(identity.name)" $core
        set_property description "\(identity.summary)" $core
        ipx::create_xgui_files $core
        ipx::update_checksums $core
        ipx::save_core $core

        """
    }

    var quartus: String {
        """
        # quartus_sh -t scripts/quartus.tcl
        package require ::quartus::project
        package require ::quartus::flow
        project_new -overwrite \(top)
        set_global_assignment -name FAMILY "Arria 10"
        set_global_assignment -name TOP_LEVEL_ENTITY \(top)
        \(sourceLines { "set_global_assignment -name VERILOG_FILE \($0)" })set_global_assignment -name SDC_FILE constraints/\(top).sdc
        # A core has more ports than a device has pins.
        set_instance_assignment -name VIRTUAL_PIN ON -to *
        \(clocks.map { "set_instance_assignment -name VIRTUAL_PIN OFF -to \($0)" }.joined(separator: "\n"))
        execute_flow -compile
        project_close

        """
    }

    /// Those with which `leanspatten synthesize` places, too.
    static let placerOptions = SynthesisTarget.ecp5.placerOptions!

    private var frequency: String { "\(Int((1000 / period).rounded()))" }
}
