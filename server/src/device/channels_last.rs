//! Convolutions through cuDNN of maps whose channels stand side by side, which is how tensor cores read them. candle's own call of cuDNN
//! writes channel after channel only, sums f16 in f16, and lets f32 be rounded to 19 bits (TF32); here all sums and f32 itself are f32.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use candle_core::backend::BackendStorage;
use candle_core::cuda_backend::cudarc::cudnn::sys::{
    cudnnConvolutionFwdAlgo_t as Algorithm, cudnnConvolutionMode_t as Mode, cudnnMathType_t as MathType,
    cudnnTensorFormat_t as Format,
};
use candle_core::cuda_backend::cudarc::cudnn::{ConvForward, Cudnn, CudnnDataType};
use candle_core::cuda_backend::cudarc::driver::{CudaView, DeviceRepr};
use candle_core::cuda_backend::{CudaDType, CudaDevice, DeviceId};
use candle_core::{
    CpuStorage, CudaStorage, CustomOp2, DType, Error, Layout, Result, Shape, Tensor, WithDType, bail,
};
use half::{bf16, f16};
use shared::architecture::ConvSpec;

/// # Shapes
/// `map`: `[batch, height, width, in_channels]`, `kernel`: `[out_channels, kernel_size, kernel_size, in_channels]`, to
/// `[batch, out_height, out_width, out_channels]`.
///
/// # Errors
/// One is not contiguous, the shapes do not go together, or cuDNN fails.
pub fn convolve(map: &Tensor, kernel: &Tensor, spec: ConvSpec) -> Result<Tensor> {
    map.apply_op2_no_bwd(kernel, &ChannelsLast(spec))
}

struct ChannelsLast(ConvSpec);

impl CustomOp2 for ChannelsLast {
    fn name(&self) -> &'static str {
        "channels-last convolution"
    }

    fn cpu_fwd(
        &self,
        _map: &CpuStorage,
        _map_layout: &Layout,
        _kernel: &CpuStorage,
        _kernel_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        bail!("cuDNN got a tensor on the CPU")
    }

    fn cuda_fwd(
        &self,
        map: &CudaStorage,
        map_layout: &Layout,
        kernel: &CudaStorage,
        kernel_layout: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        let sizes = Sizes::of(self.0, map_layout, kernel_layout)?;
        let output = match map.dtype() {
            DType::F32 => sizes.run::<f32>((map, map_layout), (kernel, kernel_layout)),
            DType::BF16 => sizes.run::<bf16>((map, map_layout), (kernel, kernel_layout)),
            DType::F16 => sizes.run::<f16>((map, map_layout), (kernel, kernel_layout)),
            other => bail!("a convolution of {other:?}"),
        };
        let [batch, channels, height, width] = sizes.output.map(|side| side as usize);
        Ok((output?, (batch, height, width, channels).into()))
    }
}

/// What cuDNN must know, as it counts: batch, channels, height, width.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Sizes {
    map: [i32; 4],
    kernel: [i32; 4],
    output: [i32; 4],
    stride: i32,
    padding: i32,
}

impl Sizes {
    fn of(spec: ConvSpec, map: &Layout, kernel: &Layout) -> Result<Self> {
        let (batch, height, width, channels) = map.shape().dims4()?;
        let expected = [spec.out_channels, spec.kernel_size, spec.kernel_size, spec.in_channels];
        if channels != spec.in_channels || kernel.dims() != expected {
            bail!("a convolution {spec:?} got a map of {:?} and a kernel of {:?}", map.dims(), kernel.dims());
        }
        let [out_height, out_width] = [height, width].map(|side| spec.output_side(side));
        let counted = |sides: [usize; 4]| sides.map(|side| side as i32);
        Ok(Self {
            map: counted([batch, channels, height, width]),
            kernel: counted([spec.out_channels, channels, spec.kernel_size, spec.kernel_size]),
            output: counted([batch, spec.out_channels, out_height, out_width]),
            stride: spec.stride as i32,
            padding: spec.padding as i32,
        })
    }

    fn run<T>(self, map: Stored<'_>, kernel: Stored<'_>) -> Result<CudaStorage>
    where
        T: CudaDType + CudnnDataType + DeviceRepr + WithDType,
    {
        let device = map.0.device();
        let (map, kernel) = (values::<T>(map)?, values::<T>(kernel)?);
        let cudnn = cudnn(device)?;
        let [pair_of_paddings, pair_of_strides] = [self.padding, self.stride].map(|number| [number; 2]);
        let mut conv = cudnn
            .create_conv2d::<f32>(pair_of_paddings, pair_of_strides, [1; 2], Mode::CUDNN_CROSS_CORRELATION)
            .map_err(Error::wrap)?;
        let is_exact = T::DTYPE == DType::F32;
        let math = if is_exact { MathType::CUDNN_FMA_MATH } else { MathType::CUDNN_TENSOR_OP_MATH };
        conv.set_math_type(math).map_err(Error::wrap)?;
        let format = Format::CUDNN_TENSOR_NHWC;
        let x = cudnn.create_4d_tensor::<T>(format, self.map).map_err(Error::wrap)?;
        let w = cudnn.create_4d_filter::<T>(format, self.kernel).map_err(Error::wrap)?;
        let y = cudnn.create_4d_tensor::<T>(format, self.output).map_err(Error::wrap)?;
        let pass = ConvForward { conv: &conv, x: &x, w: &w, y: &y };
        let algorithm = self.algorithm(T::DTYPE, device, || pass.pick_algorithm().map_err(Error::wrap))?;
        // No driver gives nothing.
        let workspace_bytes = pass.get_workspace_size(algorithm).map_err(Error::wrap)?.max(1);
        let size: i32 = self.output.iter().product();
        // SAFETY: cuDNN writes every place of the output, and reads of its workspace only what it wrote.
        let (mut output, mut workspace) =
            unsafe { (device.alloc::<T>(size as usize)?, device.alloc::<u8>(workspace_bytes)?) };
        let scaling = (T::one(), T::zero());
        // SAFETY: the descriptors are those of the slices: contiguous, of the type `T`, and as long as their sizes say.
        unsafe { pass.launch(algorithm, Some(&mut workspace), scaling, &map, &kernel, &mut output) }
            .map_err(Error::wrap)?;
        Ok(CudaStorage::wrap_cuda_slice(output, device.clone()))
    }

    /// What cuDNN found best for these sizes, which is asked once.
    fn algorithm(
        self,
        dtype: DType,
        device: &CudaDevice,
        pick: impl FnOnce() -> Result<Algorithm>,
    ) -> Result<Algorithm> {
        let key = (device.id(), dtype, self);
        if let Some(known) = PICKED.with_borrow(|picked| picked.get(&key).copied()) {
            return Ok(known);
        }
        let algorithm = pick()?;
        PICKED.with_borrow_mut(|picked| picked.insert(key, algorithm));
        Ok(algorithm)
    }
}

/// A tensor's numbers and where among them it is.
type Stored<'tensor> = (&'tensor CudaStorage, &'tensor Layout);

fn values<T: CudaDType>((storage, layout): Stored<'_>) -> Result<CudaView<'_, T>> {
    let Some((start, end)) = layout.contiguous_offsets() else { bail!("cuDNN got a tensor with gaps") };
    Ok(storage.as_cuda_slice::<T>()?.slice(start..end))
}

thread_local! {
    // A handle belongs to the thread that made it.
    static HANDLES: RefCell<HashMap<DeviceId, Arc<Cudnn>>> = RefCell::default();
    static PICKED: RefCell<HashMap<(DeviceId, DType, Sizes), Algorithm>> = RefCell::default();
}

fn cudnn(device: &CudaDevice) -> Result<Arc<Cudnn>> {
    HANDLES.with_borrow_mut(|handles| {
        if let Some(handle) = handles.get(&device.id()) {
            return Ok(Arc::clone(handle));
        }
        let handle = Cudnn::new(device.cuda_stream()).map_err(Error::wrap)?;
        handles.insert(device.id(), Arc::clone(&handle));
        Ok(handle)
    })
}
