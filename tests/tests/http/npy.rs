//! `.npy` files are byte for byte what `numpy.save` writes; the script and its versions lie beside the goldens.

use server::analysis::Array;
use server::http::npy::write;

#[test]
fn files_are_numpys_to_the_byte() {
    let goldens: [(&[usize], &[u8]); 5] = [
        (&[], include_bytes!("../../goldens/npy/scalar.npy")),
        (&[3], include_bytes!("../../goldens/npy/vector.npy")),
        (&[2, 3], include_bytes!("../../goldens/npy/matrix.npy")),
        (&[1, 2, 3], include_bytes!("../../goldens/npy/cube.npy")),
        (&[2, 3, 1, 2], include_bytes!("../../goldens/npy/four_axes.npy")),
    ];
    for (shape, expected) in goldens {
        let count = shape.iter().product::<usize>() as i16;
        let values: Vec<f32> = (0..count).map(|position| f32::from(position - 2) * 0.1).collect();
        let file = write(&Array::new(shape.to_vec(), values));
        assert!(file == expected, "{shape:?}: {}", String::from_utf8_lossy(&file));
    }
}

#[test]
fn numbers_begin_at_a_multiple_of_64() {
    for shape in [vec![], vec![7], vec![2048, 512, 1, 1], vec![1; 40]] {
        let count = shape.iter().product();
        let file = write(&Array::new(shape, vec![0.0; count]));
        assert_eq!((file.len() - 4 * count) % 64, 0);
    }
}
