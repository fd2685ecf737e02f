//! A CUDA device, and the way of numbers to it and back: in parts, through memory that the driver need not copy first because it is
//! locked to its place. Only what is asked for crosses: of a view its own part.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{LazyLock, Mutex, PoisonError};

use candle_core::backend::BackendStorage;
use candle_core::cuda_backend::cudarc::driver::sys::{
    CUmemPool_attribute, cuDeviceGetDefaultMemPool, cuMemPoolSetAttribute,
};
use candle_core::cuda_backend::cudarc::driver::{self, PinnedHostSlice};
use candle_core::cuda_backend::{CudaDevice, DeviceId};
use candle_core::{
    CpuStorage, CudaStorage, DType, Device, Error, InplaceOp1, Layout, Result, Shape, Storage, Tensor, bail,
};

/// Numbers of one part: 4 MB, as much as is locked for each device.
const PART: usize = 1 << 20;

static LOCKED: LazyLock<Mutex<HashMap<DeviceId, PinnedHostSlice<f32>>>> = LazyLock::new(Mutex::default);

/// Opens a device with one stream for all threads: what a thread starts comes after all that any other has started before, such as
/// the copy of a tensor after the kernels that write it. (candle's default is a stream for each thread, which wait for nobody.)
///
/// # Errors
/// The driver does not give the device.
pub fn open(ordinal: usize) -> Result<Device> {
    let device = Device::new_cuda_with_stream(ordinal)?;
    // SAFETY: events order the work of several streams. This device has one, made above, and candle hands out no other.
    unsafe { device.as_cuda_device()?.disable_event_tracking() };
    keep_freed_memory(ordinal)?;
    Ok(device)
}

/// Lets the driver keep what tensors give back. It would return all of it at each wait for the device, and clear it for the next pass.
fn keep_freed_memory(ordinal: usize) -> Result<()> {
    let device = driver::result::device::get(ordinal as i32).map_err(Error::wrap)?;
    let (mut pool, mut without_limit) = (std::ptr::null_mut(), u64::MAX);
    let attribute = CUmemPool_attribute::CU_MEMPOOL_ATTR_RELEASE_THRESHOLD;
    // SAFETY: the driver writes the handle of a pool that lives as long as the device, and reads the attribute's value, a u64.
    unsafe {
        let found = cuDeviceGetDefaultMemPool(&raw mut pool, device).result();
        // An old device has no pool and keeps nothing.
        if found.is_ok() {
            let set = cuMemPoolSetAttribute(pool, attribute, (&raw mut without_limit).cast()).result();
            set.map_err(Error::wrap)?;
        }
    }
    Ok(())
}

/// A tensor of these values.
///
/// # Errors
/// There are not as many as the shape says, or the device has no room.
pub fn upload(values: &[f32], shape: Shape, device: &CudaDevice) -> Result<Tensor> {
    if shape.elem_count() != values.len() {
        bail!("{} values for a tensor of {shape:?}", values.len());
    }
    let tensor = Tensor::zeros(shape, DType::F32, &Device::Cuda(device.clone()))?;
    tensor.inplace_op1(&Upload(values))?;
    Ok(tensor)
}

/// The same tensor on the CPU.
///
/// # Errors
/// It is not f32, not contiguous or not on this device, or the driver does not give it.
pub fn download(tensor: &Tensor, device: &CudaDevice) -> Result<Tensor> {
    let (storage, layout) = tensor.storage_and_layout();
    let Storage::Cuda(storage) = &*storage else { bail!("a tensor is not where it says") };
    let stored = storage.as_cuda_slice::<f32>()?;
    let Some((start, end)) = layout.contiguous_offsets() else { bail!("a contiguous tensor has gaps") };
    let (stream, mut values) = (device.cuda_stream(), Vec::with_capacity(end - start));
    through_locked(device, |locked| {
        for from in (start..end).step_by(PART) {
            let part = stored.slice(from..end.min(from + PART));
            let host = &mut locked[..part.len()];
            stream.memcpy_dtoh(&part, host).map_err(Error::wrap)?;
            stream.synchronize().map_err(Error::wrap)?;
            values.extend_from_slice(host);
        }
        Ok(())
    })?;
    Tensor::from_vec(values, layout.shape().clone(), &Device::Cpu)
}

/// Overwrites a tensor.
struct Upload<'values>(&'values [f32]);

impl InplaceOp1 for Upload<'_> {
    fn name(&self) -> &'static str {
        "upload"
    }

    fn cpu_fwd(&self, _storage: &mut CpuStorage, _layout: &Layout) -> Result<()> {
        bail!("an upload is for a tensor on a GPU")
    }

    fn cuda_fwd(&self, storage: &mut CudaStorage, _layout: &Layout) -> Result<()> {
        let device = storage.device().clone();
        let (stored, stream) = (storage.as_cuda_slice_mut::<f32>()?, device.cuda_stream());
        through_locked(&device, |locked| {
            for (index, values) in self.0.chunks(PART).enumerate() {
                let host = &mut locked[..values.len()];
                host.copy_from_slice(values);
                let mut part = stored.slice_mut(index * PART..index * PART + values.len());
                stream.memcpy_htod(host, &mut part).map_err(Error::wrap)?;
                // The next part, or the next transfer, writes where this one is read.
                stream.synchronize().map_err(Error::wrap)?;
            }
            Ok(())
        })
    }
}

/// Lends the device's locked memory, of [`PART`] numbers, for transfers that have ended when `work` does.
fn through_locked(device: &CudaDevice, work: impl FnOnce(&mut [f32]) -> Result<()>) -> Result<()> {
    let mut all = LOCKED.lock().unwrap_or_else(PoisonError::into_inner);
    let locked = match all.entry(device.id()) {
        Entry::Occupied(entry) => entry.into_mut(),
        Entry::Vacant(entry) => {
            let stream = device.cuda_stream();
            // SAFETY: nothing reads the memory before a transfer or a copy has written it. Without flags it is cached, for the host reads it.
            let locked = unsafe { stream.context().alloc_pinned_with_flags::<f32>(PART, 0) };
            entry.insert(locked.map_err(Error::wrap)?)
        }
    };
    work(locked.as_mut_slice().map_err(Error::wrap)?)
}
