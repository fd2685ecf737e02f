//! The layers that both families are built of: plain compositions of candle's operations, the same on every device.
//! Where candle has a fused operation without a backward, it serves only tensors that no gradient flows through.

pub mod convolution;
pub mod gradient;
pub mod layer_norm;
pub mod linear;
pub mod max_pool;
pub mod softmax;

pub use convolution::ConvolutionUnit;
pub use layer_norm::LayerNorm;
pub use linear::Linear;
pub use max_pool::MaxPool;
pub use softmax::softmax;
