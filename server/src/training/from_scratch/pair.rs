//! Two models of equal size: the ViT as it is, and the CNN with as many channels in its last stage as that takes.

use super::cnn::Cnn;
use super::network::Network;
use super::vit::Vit;
use crate::training::TrainingError;

/// Largest difference of the parameters, as a share.
const MAX_DIFFERENCE: f64 = 0.02;
/// Parameters of each model at most.
const MAX_PARAMETERS: u64 = 500_000;
/// Channels of the CNN's last stage.
const CHANNELS: std::ops::RangeInclusive<usize> = 16..=256;

/// The CNN and the ViT for photos of this side and so many classes.
///
/// # Errors
/// So many classes make the models larger than they may be.
pub fn pair(image_size: usize, num_classes: usize) -> Result<[Network; 2], TrainingError> {
    let vit = Network::Vit(Vit { image_size, num_classes });
    let wanted = vit.num_parameters();
    let cnns = CHANNELS.map(|last_channels| Network::Cnn(Cnn { image_size, last_channels, num_classes }));
    let cnn = cnns.min_by_key(|cnn| cnn.num_parameters().abs_diff(wanted)).expect("there are some");
    let difference = cnn.num_parameters().abs_diff(wanted) as f64;
    let largest = cnn.num_parameters().max(wanted);
    if largest > MAX_PARAMETERS || difference > MAX_DIFFERENCE * wanted as f64 {
        return Err(TrainingError::Recipe(format!(
            "two small models of equal size are made for fewer than {num_classes} classes: take fewer of them"
        )));
    }
    Ok([cnn, vit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_equally_large_for_every_number_of_classes() {
        for num_classes in [2, 10, 102, 257, 1000, 2000] {
            let [cnn, vit] = pair(64, num_classes).expect("few enough");
            let sizes = [cnn.num_parameters(), vit.num_parameters()];
            assert!(sizes[0].abs_diff(sizes[1]) as f64 <= 0.02 * sizes[1] as f64, "{num_classes}: {sizes:?}");
            assert!(sizes.iter().all(|size| *size <= 500_000), "{num_classes}: {sizes:?}");
        }
        assert!(pair(64, 20_000).is_err());
    }

    #[test]
    fn costs_are_those_of_the_layers() {
        // By hand: patches 64 x 192 x 64; 4 blocks of 64 x 12 x 64^2 and 2 x 64^2 x 64; the head.
        let vit = Vit { image_size: 64, num_classes: 10 };
        assert_eq!(vit.num_macs(), 786_432 + 4 * (3_145_728 + 524_288) + 640);
        // The stem at 32 x 32; stages at 16 x 16, 8 x 8 and 4 x 4, each two kernels of 3 x 3 and one of 1 x 1.
        let cnn = Cnn { image_size: 64, last_channels: 128, num_classes: 10 };
        let stages = 256 * (9 * 32 * 32 * 2 + 32 * 32)
            + 64 * (9 * 32 * 64 + 9 * 64 * 64 + 32 * 64)
            + 16 * (9 * 64 * 128 + 9 * 128 * 128 + 64 * 128);
        assert_eq!(cnn.num_macs(), 1024 * 27 * 32 + stages + 1280);
    }
}
