//! The price of an option, its greeks, and the volatility that a market price implies.
//!
//! All greeks of first order come from one run with a direction for each input; those of second order from dual
//! numbers over dual numbers. They are held against the formulas of the textbook.

use ad_core::Scalar;
use ad_forward::{Dual, derivative, value_and_derivative};

/// Black and Scholes: a European call. Spot, strike, time to expiry, interest rate, volatility.
fn call<S: Scalar>([spot, strike, time, rate, volatility]: [S; 5]) -> S {
    let spread = volatility * time.sqrt();
    let d1 = ((spot / strike).ln() + rate * time) / spread + spread * S::lit(0.5);
    spot * d1.normal_cdf() - strike * (-rate * time).exp() * (d1 - spread).normal_cdf()
}

/// The volatility at which the call costs `price`, by Newton's method.
fn implied_volatility(price: f64, [spot, strike, time, rate]: [f64; 4]) -> f64 {
    let mut volatility = 0.3;
    for _ in 0..50 {
        let (found, vega) = value_and_derivative(
            |v| call([spot.into(), strike.into(), time.into(), rate.into(), v]),
            volatility,
        );
        let change = (found - price) / vega;
        volatility -= change;
        if change.abs() < 1e-14 {
            break;
        }
    }
    volatility
}

fn main() {
    let market = [100.0, 110.0, 0.75, 0.03, 0.25];
    let x: [Dual<f64, 5>; 5] = std::array::from_fn(|i| Dual::variable(market[i], i));
    let price = call(x);
    let [delta, _, minus_theta, rho, vega] = price.tangent();
    println!("price {:.6}", price.primal);
    println!("delta {delta:.6}   vega {vega:.6}   theta {:.6}   rho {rho:.6}", -minus_theta);

    // d^2 price / d spot^2, and d^2 price / d spot d volatility.
    let with = |spot, volatility| call([spot, 110.0.into(), 0.75.into(), 0.03.into(), volatility]);
    let gamma = derivative(|s| derivative(|s| with(s, 0.25.into()), s), 100.0);
    let vanna = derivative(|v| derivative(|s| with(s, Dual::from_primal(v)), 100.0.into()), 0.25);
    println!("gamma {gamma:.6}   vanna {vanna:.6}");

    let [spot, strike, time, rate, volatility] = market;
    let d1 =
        ((spot / strike).ln() + (rate + volatility * volatility / 2.0) * time) / (volatility * time.sqrt());
    let d2 = d1 - volatility * time.sqrt();
    assert!((delta - d1.normal_cdf()).abs() < 1e-14);
    assert!((vega - spot * d1.normal_pdf() * time.sqrt()).abs() < 1e-12);
    assert!((gamma - d1.normal_pdf() / (spot * volatility * time.sqrt())).abs() < 1e-14);
    assert!((vanna + d1.normal_pdf() * d2 / volatility).abs() < 1e-13);

    let implied = implied_volatility(price.primal, [spot, strike, time, rate]);
    println!("implied volatility of that price: {implied:.12}");
    assert!((implied - volatility).abs() < 1e-12);
}
