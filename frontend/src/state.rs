//! What the page knows, one context per concern: where the visitor is (`view`), what is loaded (`models`), what lies on
//! the bench (`specimen`), where the visitor points (`cursor`). Components read these; only these talk to `api`.

pub mod as_served;
pub mod cursor;
pub mod experiment_run;
pub mod lens;
pub mod models;
pub mod own_picture;
pub mod specimen;
pub mod tensors;
pub mod theme;
pub mod training;
pub mod view;
pub mod view_load;

pub use as_served::AsServed;
pub use cursor::Cursor;
pub use lens::{LensAddress, LensState};
pub use models::Models;
pub use specimen::{Answer, Specimen, SpecimenImage};
pub use tensors::{Load, TensorLoad, TensorRequest};
pub use theme::Theme;
pub use training::{Admin, Training};
pub use view::{View, ViewState};
pub use view_load::{LoadStatus, ViewAnswer, ViewLoad};
