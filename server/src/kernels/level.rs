//! Which instructions the kernels use.

use std::sync::OnceLock;

/// A set of instructions that this processor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level(pub(super) Set);

/// From the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Set {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx512Bf16,
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    Amx,
}

impl Level {
    /// Every level that this processor has, from the slowest to the fastest; never none.
    pub fn all() -> Vec<Self> {
        let mut levels = vec![Self(Set::Portable)];
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            if avx2 {
                levels.push(Self(Set::Avx2));
            }
            if avx2
                && is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512bw")
            {
                levels.push(Self(Set::Avx512));
                if is_x86_feature_detected!("avx512bf16") {
                    levels.push(Self(Set::Avx512Bf16));
                    #[cfg(target_os = "linux")]
                    if super::lanes::has_matrices() {
                        levels.push(Self(Set::Amx));
                    }
                }
            }
        }
        levels
    }

    /// The fastest level of this processor.
    pub fn best() -> Self {
        static BEST: OnceLock<Level> = OnceLock::new();
        *BEST.get_or_init(|| Self::all().pop().unwrap_or(Self(Set::Portable)))
    }

    /// What the instructions are called.
    pub fn name(self) -> &'static str {
        match self.0 {
            Set::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => "AVX2",
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => "AVX-512",
            #[cfg(target_arch = "x86_64")]
            Set::Avx512Bf16 => "AVX-512 with BF16",
            #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
            Set::Amx => "AVX-512 with AMX",
        }
    }
}
