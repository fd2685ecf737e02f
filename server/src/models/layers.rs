//! The layers that both families are built of: on the CPU through kernels of our own, on every other device compositions of candle's
//! operations. What has no backward, of candle's operations and of the kernels, serves only tensors that no gradient flows through.

pub mod activation;
pub mod attention;
pub mod convolution;
pub mod gradient;
pub mod layer_norm;
pub mod learned;
pub mod linear;
pub mod map_layout;
pub mod max_pool;
pub mod softmax;
pub mod values;

pub use attention::{Attended, attend, weigh, weights};
pub use convolution::ConvolutionUnit;
pub use layer_norm::LayerNorm;
pub use linear::Linear;
pub use map_layout::MapLayout;
pub use max_pool::MaxPool;
pub use softmax::softmax;
