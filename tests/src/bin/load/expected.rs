//! What a single client is answered, and whether another answer says the same.

use ::tests::client::Client;
use anyhow::{Context, Result, bail};
use shared::Predictions;

use super::photos::Photos;
use super::views::{LoadView, MODELS, VIEWS};

/// Largest difference, of the largest magnitude: a batch takes sums in another order.
const TOLERANCE: f32 = 1e-4;
/// Classes of an answer that are compared.
pub const TOP_K: usize = 5;
/// What numbers come in.
pub const NUMPY: &str = "application/x-npy";

/// The answers to each photo.
pub struct Expected {
    photos: Vec<Answers>,
}

/// The answers to a photo.
struct Answers {
    predictions: Vec<Predictions>,
    views: Vec<Vec<f32>>,
}

impl Expected {
    /// Asks for everything, one thing after the other.
    ///
    /// # Errors
    /// The server does not answer.
    pub fn ask(url: &str, photos: &Photos) -> Result<Self> {
        let client = Client::new(url, 1);
        let answers = |index: usize| -> Result<Answers> {
            // The photo itself: no client sends exactly this file.
            let file = photos.original(index);
            let image_id = client.upload(file)?;
            let predict = |model: &_| client.predict(file, *model, Some(TOP_K));
            let view = |view: &LoadView| {
                let answer = client.ask(file, &image_id, NUMPY, |image_id| view.path(image_id))?;
                numbers(&answer).with_context(|| view.name)
            };
            Ok(Answers {
                predictions: MODELS.iter().map(predict).collect::<Result<_>>()?,
                views: VIEWS.iter().map(view).collect::<Result<_>>()?,
            })
        };
        Ok(Self { photos: (0..photos.len()).map(answers).collect::<Result<_>>()? })
    }

    /// Compares a model's answer to a photo.
    ///
    /// # Errors
    /// It is another.
    pub fn check_predictions(&self, photo: usize, model: usize, answer: &Predictions) -> Result<()> {
        let expected = &self.photos[photo].predictions[model];
        let classes = |predictions: &Predictions| -> Vec<usize> {
            predictions.classes.iter().map(|class| class.index).collect()
        };
        let logits = |predictions: &Predictions| -> Vec<f32> {
            predictions.classes.iter().map(|class| class.logit).collect()
        };
        if classes(answer) != classes(expected) {
            bail!("other classes: {:?}, not {:?}", classes(answer), classes(expected));
        }
        compare(&logits(answer), &logits(expected))
    }

    /// Compares a view of a photo.
    ///
    /// # Errors
    /// It is another, or no array.
    pub fn check_view(&self, photo: usize, view: usize, answer: &[u8]) -> Result<()> {
        compare(&numbers(answer)?, &self.photos[photo].views[view]).with_context(|| VIEWS[view].name)
    }
}

fn compare(answer: &[f32], expected: &[f32]) -> Result<()> {
    if answer.len() != expected.len() {
        bail!("{} numbers, not {}", answer.len(), expected.len());
    }
    let largest = expected.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    // What is no number is near nothing.
    let is_near = |(one, other): &(&f32, &f32)| (*one - *other).abs() <= TOLERANCE * largest;
    match answer.iter().zip(expected).find(|pair| !is_near(pair)) {
        Some((one, other)) => bail!("{one} where a single client got {other}, the largest being {largest}"),
        None => Ok(()),
    }
}

/// The numbers of a `.npy` file of 32-bit floats.
fn numbers(file: &[u8]) -> Result<Vec<f32>> {
    let header_len = file.get(8..10).map(|bytes| usize::from(u16::from_le_bytes([bytes[0], bytes[1]])));
    let header_end = header_len.context("too short for a .npy")? + 10;
    let header = file.get(10..header_end).context("too short for its header")?;
    if !file.starts_with(b"\x93NUMPY\x01") || !String::from_utf8_lossy(header).contains("<f4") {
        bail!("no .npy of 32-bit floats");
    }
    let floats = file[header_end..].chunks_exact(4);
    Ok(floats.map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_told() {
        assert!(compare(&[1.0, 100.0], &[1.005, 100.0]).is_ok());
        assert!(compare(&[1.0, 100.0], &[1.02, 100.0]).is_err());
        assert!(compare(&[f32::NAN], &[1.0]).is_err());
        assert!(compare(&[1.0], &[1.0, 2.0]).is_err());
    }

    #[test]
    fn a_numpy_file_is_read() {
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}\n";
        let mut file = b"\x93NUMPY\x01\x00".to_vec();
        file.extend((header.len() as u16).to_le_bytes());
        file.extend(header.bytes());
        file.extend([1.5_f32, -2.0].iter().flat_map(|value| value.to_le_bytes()));
        assert_eq!(numbers(&file).expect("two numbers"), [1.5, -2.0]);
        assert!(numbers(b"{}").is_err());
        assert!(numbers(&file[..20]).is_err());
    }
}
