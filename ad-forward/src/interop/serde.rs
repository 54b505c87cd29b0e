//! `serde`: a dual number as its primal and its tangents, a Taylor series as its coefficients.
//!
//! A variable of reverse mode has no such form: it is worth nothing without its recording. Write its value, or
//! the gradient.

use crate::tag::Tag;
use crate::{Dual, Taylor};
use ::serde::de::{Deserialize, Deserializer, Error};
use ::serde::ser::{Serialize, Serializer};
use ad_core::Scalar;
use alloc::{format, vec::Vec};

impl<T: Serialize, const N: usize> Serialize for Dual<T, N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.primal, &self.tangent[..]).serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>, const N: usize> Deserialize<'de> for Dual<T, N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (primal, tangent) = <(T, Vec<T>)>::deserialize(deserializer)?;
        let directions = tangent.len();
        let tangent = tangent
            .try_into()
            .map_err(|_| D::Error::custom(format!("{directions} tangents where {N} are expected")))?;
        Ok(Self { primal, tangent, tag: Tag::UNKNOWN })
    }
}

impl<T: Scalar + Serialize, const K: usize> Serialize for Taylor<T, K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.coefficients()[..].serialize(serializer)
    }
}

impl<'de, T: Scalar + Deserialize<'de>, const K: usize> Deserialize<'de> for Taylor<T, K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let coefficients = Vec::<T>::deserialize(deserializer)?;
        let found = coefficients.len();
        let coefficients = coefficients
            .try_into()
            .map_err(|_| D::Error::custom(format!("{found} coefficients where {K} are expected")))?;
        Ok(Self::new(coefficients))
    }
}
