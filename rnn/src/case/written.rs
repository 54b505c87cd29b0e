//! What is written about a case, as JSON that reads back to the same bits.

use serde::{Serialize, Serializer};

use crate::finite::{NotFinite, all_finite};

/// The result of assigning credit in a case, by whichever mode, with the file's names.
///
/// Matrices are lists of rows; entry t is step t + 1, except in `h`, whose entry 0 is h_0. What is `None` is left out.
/// JSON has no word for a number that is not finite, so serialising one is an error that names the field.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
// The derived function stays this type's own; the trait's, below, looks for numbers that are not finite first.
#[serde(remote = "Self")]
pub struct CreditFile {
    /// L of Eq. 1.5.
    #[serde(rename = "L")]
    pub loss: f64,
    /// L_t\[T\]
    #[serde(rename = "L_t")]
    pub loss_t: Vec<f64>,
    /// dL/dtheta of Eq. 1.18; by W_out and b_out the sum over t of (dL_t/dv_t)^T h_t^T and of dL_t/dv_t.
    pub grad: GradientFile,
    /// h\[T + 1\]\[d\]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub h: Option<Vec<Vec<f64>>>,
    /// u\[T\]\[d\]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub u: Option<Vec<Vec<f64>>>,
    /// v\[T\]\[m\]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub v: Option<Vec<Vec<f64>>>,
    /// y\[T\]\[m\]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y: Option<Vec<Vec<f64>>>,
    /// J\[T\]\[d\]\[d\]: entry t is dh\[t + 1\]/dh\[t\].
    #[serde(rename = "J", skip_serializing_if = "Option::is_none")]
    pub j: Option<Vec<Vec<Vec<f64>>>>,
    /// The immediate credit vectors dL_t/dh_t, \[T\]\[d\].
    #[serde(rename = "delta_tilde", skip_serializing_if = "Option::is_none")]
    pub delta_immediate: Option<Vec<Vec<f64>>>,
    /// The credit vectors dL/dh_t, \[T\]\[d\].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delta: Option<Vec<Vec<f64>>>,
    /// The sensitivity matrices dh_t/dtheta, \[T\]\[d\]\[p\].
    #[serde(rename = "P", skip_serializing_if = "Option::is_none")]
    pub p: Option<Vec<Vec<Vec<f64>>>>,
    /// The triangle of Eq. 1.6: `blocks[t][s]`, s <= t, is dL_t/dtheta_s, each of length p.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocks: Option<Vec<Vec<Vec<f64>>>>,
}

/// The gradient of each of the five parameters, in the parameter's own shape.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GradientFile {
    /// dL/dW_rec, \[d\]\[d\]
    #[serde(rename = "W_rec")]
    pub w_rec: Vec<Vec<f64>>,
    /// dL/dW_in, \[d\]\[n\]
    #[serde(rename = "W_in")]
    pub w_in: Vec<Vec<f64>>,
    /// dL/db_rec, \[d\]
    pub b_rec: Vec<f64>,
    /// dL/dW_out, \[m\]\[d\]
    #[serde(rename = "W_out")]
    pub w_out: Vec<Vec<f64>>,
    /// dL/db_out, \[m\]
    pub b_out: Vec<f64>,
}

impl CreditFile {
    /// The result as one line of JSON.
    ///
    /// # Errors
    /// [`NotFinite`], naming the first field that holds a NaN or an infinity.
    pub fn to_json(&self) -> Result<String, NotFinite> {
        self.check_finite()?;
        // Numbers and lists of them have no other way to fail, and a string none to be full.
        Ok(serde_json::to_string(self).expect("finite numbers are JSON"))
    }

    /// That every number is finite.
    pub(crate) fn check_finite(&self) -> Result<(), NotFinite> {
        let grad = &self.grad;
        all_finite(&[
            ("L", &self.loss),
            ("L_t", &self.loss_t),
            ("grad.W_rec", &grad.w_rec),
            ("grad.W_in", &grad.w_in),
            ("grad.b_rec", &grad.b_rec),
            ("grad.W_out", &grad.w_out),
            ("grad.b_out", &grad.b_out),
            ("h", &self.h),
            ("u", &self.u),
            ("v", &self.v),
            ("y", &self.y),
            ("J", &self.j),
            ("delta_tilde", &self.delta_immediate),
            ("delta", &self.delta),
            ("P", &self.p),
            ("blocks", &self.blocks),
        ])
    }
}

impl Serialize for CreditFile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.check_finite().map_err(serde::ser::Error::custom)?;
        Self::serialize(self, serializer)
    }
}
