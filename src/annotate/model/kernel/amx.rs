//! AMX, the matrix unit of recent Intel servers: one instruction multiplies 16 rows by 16 outputs of 64 inputs.
//!
//! The intrinsics are not stable, so this is assembly. Linux gives the registers to a process that asks.

use std::arch::asm;
use std::arch::x86_64::__cpuid_count;

/// Rows and outputs of one block: two tiles each way.
pub(super) const BLOCK: usize = 32;
/// Inputs of one step.
pub(super) const STEP: usize = 64;

/// True when the processor has the tiles and the system lets this process use them.
pub(super) fn is_available() -> bool {
    processor_has_it() && system_saves_it() && permitted()
}

#[allow(unused_unsafe)] // Newer compilers hold `cpuid` to be safe.
fn processor_has_it() -> bool {
    const OSXSAVE: u32 = 1 << 27;
    const TILE_AND_INT8: u32 = 1 << 24 | 1 << 25;
    // SAFETY: every x86-64 processor has `cpuid`; a leaf is asked only where leaf 0 says that it is there.
    unsafe {
        __cpuid_count(0, 0).eax >= 7
            && __cpuid_count(1, 0).ecx & OSXSAVE != 0
            && __cpuid_count(7, 0).edx & TILE_AND_INT8 == TILE_AND_INT8
    }
}

/// Asked only where `OSXSAVE` was found.
fn system_saves_it() -> bool {
    const TILE_STATE: u32 = 1 << 17 | 1 << 18;
    let saved: u32;
    // SAFETY: OSXSAVE means that `xgetbv` may be used; it reads a register.
    unsafe {
        asm!("xgetbv", in("ecx") 0, out("eax") saved, out("edx") _, options(nomem, nostack, preserves_flags));
    }
    saved & TILE_STATE == TILE_STATE
}

/// Asks the kernel for the tile registers, for all threads of the process; it may refuse.
#[cfg(target_os = "linux")]
fn permitted() -> bool {
    const ARCH_PRCTL: i64 = 158;
    const ARCH_REQ_XCOMP_PERM: u64 = 0x1023;
    const TILE_DATA: u64 = 18;
    let answer: i64;
    // SAFETY: this call takes two numbers and touches no memory of ours; rcx and r11 are what `syscall` overwrites.
    unsafe {
        asm!("syscall", inlateout("rax") ARCH_PRCTL => answer, in("rdi") ARCH_REQ_XCOMP_PERM, in("rsi") TILE_DATA,
            out("rcx") _, out("r11") _, options(nostack));
    }
    answer == 0
}

/// Other systems have other ways to ask.
#[cfg(not(target_os = "linux"))]
fn permitted() -> bool {
    false
}

#[repr(C, align(64))]
struct Configuration {
    palette: u8,
    start: u8,
    reserved: [u8; 14],
    row_bytes: [u16; 16],
    rows: [u8; 16],
}

/// All eight tiles with 16 rows of 64 bytes.
static WHOLE: Configuration = Configuration {
    palette: 1,
    start: 0,
    reserved: [0; 14],
    row_bytes: [64, 64, 64, 64, 64, 64, 64, 64, 0, 0, 0, 0, 0, 0, 0, 0],
    rows: [16, 16, 16, 16, 16, 16, 16, 16, 0, 0, 0, 0, 0, 0, 0, 0],
};

/// The tiles of this thread, set up; they are released when it goes.
pub(super) struct Tiles(());

impl Tiles {
    /// # Safety
    /// `is_available` must have said yes.
    pub(super) unsafe fn new() -> Self {
        // SAFETY: the tiles are there by the caller's word, and `WHOLE` is a valid configuration of 64 bytes.
        unsafe { asm!("ldtilecfg [{at}]", at = in(reg) &WHOLE, options(nostack, preserves_flags)) };
        Self(())
    }

    /// The sums of 32 rows (`inputs` bytes each) times 32 outputs: `left` holds the first 16, `right` the others,
    /// each as `[inputs / 4][16][4]`.
    #[inline(always)]
    pub(super) fn multiply(
        &self,
        rows: &[u8],
        left: &[i8],
        right: &[i8],
        inputs: usize,
        sums: &mut [i32; BLOCK * BLOCK],
    ) {
        assert!(inputs >= STEP && inputs.is_multiple_of(STEP) && rows.len() == BLOCK * inputs);
        assert!(left.len() == inputs * 16 && right.len() == inputs * 16);
        // SAFETY: `self` says that the tiles are set up. Each of the inputs / 64 steps reads 64 bytes of each of the
        // 32 rows and 1024 bytes of both halves, all within the lengths just checked; the stores fill `sums`,
        // 32 rows of 128 bytes. No compiled code uses the tile registers.
        unsafe {
            asm!(
                "tilezero tmm0",
                "tilezero tmm1",
                "tilezero tmm2",
                "tilezero tmm3",
                "2:",
                "tileloadd tmm6, [{left} + {line}]",
                "tileloadd tmm4, [{upper} + {inputs}]",
                "tileloadd tmm7, [{right} + {line}]",
                "tdpbusd tmm0, tmm4, tmm6",
                "tileloadd tmm5, [{lower} + {inputs}]",
                "tdpbusd tmm1, tmm4, tmm7",
                "tdpbusd tmm2, tmm5, tmm6",
                "tdpbusd tmm3, tmm5, tmm7",
                "add {upper}, 64",
                "add {lower}, 64",
                "add {left}, 1024",
                "add {right}, 1024",
                "dec {steps}",
                "jnz 2b",
                "add {line}, {line}",
                "tilestored [{sums} + {line}], tmm0",
                "tilestored [{sums} + {line} + 64], tmm1",
                "tilestored [{sums} + {line} + 2048], tmm2",
                "tilestored [{sums} + {line} + 2112], tmm3",
                upper = inout(reg) rows.as_ptr() => _,
                lower = inout(reg) rows[16 * inputs..].as_ptr() => _,
                left = inout(reg) left.as_ptr() => _,
                right = inout(reg) right.as_ptr() => _,
                steps = inout(reg) inputs / STEP => _,
                line = inout(reg) 64usize => _,
                inputs = in(reg) inputs,
                sums = in(reg) sums.as_mut_ptr(),
                options(nostack),
            );
        }
    }
}

impl Drop for Tiles {
    fn drop(&mut self) {
        // SAFETY: tiles were set up, so the instruction is there; nothing reads them afterwards.
        unsafe { asm!("tilerelease", options(nomem, nostack, preserves_flags)) };
    }
}
